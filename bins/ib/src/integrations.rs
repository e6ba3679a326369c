//! What `ib integrations` needs beside the [workshop](crate::dependencies::workshop): the course of a command, the files
//! that it reads and writes, and the page.

pub(crate) mod course;
pub(crate) mod page;
pub(crate) mod source;
pub(crate) mod target;
pub(crate) mod task;
