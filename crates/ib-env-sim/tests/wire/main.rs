//! The simulator as a stranger sees it: over TLS, through an HTTP client, with nothing but the reference in mind.

#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lifetime;
#[cfg(test)]
mod login;
#[cfg(test)]
mod manager;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod publish_rules;
#[cfg(test)]
mod republish;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod soap;
#[cfg(test)]
mod stranger;
#[cfg(test)]
mod tls;
