//! `cargo xtask screenshots`: the pictures of the guide, from a person's way through the running demo.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::demo;
use crate::repo::Repo;
use crate::test::browsers;

/// Where the guide has its pictures.
pub(crate) const IMAGES: &str = "docs/guide/images";

/// Walks through a demo of its own, in Chromium, and makes every picture anew.
///
/// # Errors
///
/// When Chromium is missing, the demo does not start, or a page is not as the way expects it.
pub(crate) fn run(repo: &Repo) -> Result<()> {
    browsers::find_chromium()?;
    let folder = repo.target()?.join("demo-screenshots");
    let (made, images) = (repo.target()?.join("guide-images"), repo.path(IMAGES));
    repo.sh.remove_path(&made)?;
    repo.sh.create_dir(&made)?;
    demo::serve_while(repo, &folder, "listen = \"127.0.0.1:0\"", async |ready, url, _| {
        cmd!(repo.sh, "cargo test --quiet --package ib-web --features browsers --test browsers")
            .env("IB_DEMO", url)
            .env("IB_DEMO_CONTROL", ready.control())
            .env("IB_DEMO_PACKAGE", folder.join(demo::ORDERS))
            .env("IB_SCREENSHOTS", &made)
            .run()
            .context(
                "the demo is not as the pictures want it, see above and the picture in target/guide-images",
            )
    })?;
    repo.sh.remove_path(&images)?;
    repo.sh.create_dir(&images)?;
    for path in repo.sh.read_dir(&made)? {
        let name = path.file_name().context("a picture has no name")?;
        let picture = smaller(&repo.sh.read_binary_file(&path)?)?;
        repo.sh.write_file(images.join(name), picture)?;
    }
    Ok(())
}

/// A colour, as red, green and blue.
type Colour = [u8; 3];

/// How many colours a picture has at most: those of a page, and enough for the edges of letters.
const COLOURS: usize = 128;

/// The same picture in its most frequent colours alone, which takes a third of the bytes; every other colour becomes
/// the nearest of them.
///
/// # Errors
///
/// When it is no picture of 8 bits a channel.
fn smaller(picture: &[u8]) -> Result<Vec<u8>> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("a picture is too large")?];
    let frame = reader.next_frame(&mut pixels)?;
    ensure!(frame.color_type.samples() >= 3, "a picture without colours");
    let pixels = pixels[..frame.buffer_size()].chunks_exact(frame.color_type.samples());
    let pixels: Vec<Colour> = pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let palette = palette(&pixels);
    let mut known = BTreeMap::new();
    let indices =
        pixels.iter().map(|pixel| *known.entry(*pixel).or_insert_with(|| nearest(&palette, *pixel)));
    let indices: Vec<u8> = indices.collect();
    encode(frame.width, frame.height, &palette.concat(), &indices)
}

/// The most frequent colours.
fn palette(pixels: &[Colour]) -> Vec<Colour> {
    let mut counted: BTreeMap<Colour, usize> = BTreeMap::new();
    for pixel in pixels {
        *counted.entry(*pixel).or_default() += 1;
    }
    let mut colours: Vec<(Colour, usize)> = counted.into_iter().collect();
    colours.sort_by_key(|(_, count)| Reverse(*count));
    colours.into_iter().take(COLOURS).map(|(colour, _)| colour).collect()
}

/// The place of the nearest colour.
fn nearest(palette: &[Colour], wanted: Colour) -> u8 {
    let distance = |colour: &Colour| -> u32 {
        colour.iter().zip(wanted).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    (0_u8..).zip(palette).min_by_key(|(_, colour)| distance(colour)).map_or(0, |(index, _)| index)
}

fn encode(width: u32, height: u32, palette: &[u8], indices: &[u8]) -> Result<Vec<u8>> {
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(indices)?;
    writer.finish()?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pixels: &[u8], width: u32) -> Vec<u8> {
        let mut picture = Vec::new();
        let mut encoder = png::Encoder::new(&mut picture, width, 1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        picture
    }

    fn shown(picture: &[u8]) -> Vec<u8> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    #[test]
    fn a_page_keeps_its_colours() {
        let pixels = [[0, 0, 0], [255, 255, 255], [11, 93, 172], [247, 247, 245]].concat();
        assert_eq!(shown(&smaller(&picture(&pixels, 4)).unwrap()), pixels);
    }

    #[test]
    fn a_rare_colour_becomes_the_nearest() {
        let last = u8::try_from(COLOURS - 1).unwrap();
        let frequent = (0..=last).flat_map(|grey| [[grey; 3]; 2].concat());
        let mut pixels: Vec<u8> = frequent.collect();
        let common = pixels.len();
        pixels.extend([last - 2, last, last + 1]);
        let width = u32::try_from(pixels.len() / 3).unwrap();
        let small = shown(&smaller(&picture(&pixels, width)).unwrap());
        assert_eq!((&small[..common], &small[common..]), (&pixels[..common], &[last; 3][..]));
    }
}
