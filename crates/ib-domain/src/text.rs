//! Text that came from somewhere else, made harmless before anybody sees it.

/// How much of a remote text is worth showing, in characters.
pub const REMOTE_TEXT_LIMIT: usize = 300;

/// Returns `text` on one line, without control or direction-changing characters, at most `limit`
/// characters long.
///
/// Host names, messages and versions of an environment are untrusted: they could hold terminal escape
/// sequences, line breaks that forge log lines, or marks that reverse what is read.
///
/// ```
/// use ib_domain::text::harmless;
///
/// assert_eq!(harmless("a\x1b[31m\nb\u{202e}c", 10), "a[31m bc");
/// assert_eq!(harmless("abcdef", 4), "abc…");
/// ```
#[must_use]
pub fn harmless(text: &str, limit: usize) -> String {
    // Nearly every text is short and plain.
    if text.len() <= limit && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.trim().to_owned();
    }
    let mut clean = String::with_capacity(text.len().min(limit * 4));
    for (count, character) in text.chars().filter_map(visible).enumerate() {
        if count + 1 == limit && text.chars().filter_map(visible).nth(limit).is_some() {
            clean.push('…');
            break;
        }
        if count >= limit {
            break;
        }
        clean.push(character);
    }
    clean.trim().to_owned()
}

/// Maps white space to a blank and drops what has no picture of its own.
fn visible(character: char) -> Option<char> {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c => (!c.is_control() && !is_invisible(c)).then_some(c),
    }
}

/// Whether a character has no picture of its own, or turns the direction of reading.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_result_is_one_short_line_of_visible_characters(text in any::<String>(), limit in 1usize..60) {
            let clean = harmless(&text, limit);
            prop_assert!(clean.chars().count() <= limit);
            prop_assert!(clean.chars().all(|c| visible(c) == Some(c)));
        }

        #[test]
        fn plain_text_is_left_alone(text in "[a-zA-Z0-9.,-]{0,40}") {
            prop_assert_eq!(harmless(&text, 40), text);
        }
    }

    #[test]
    fn a_text_that_is_cut_says_so() {
        assert_eq!(harmless("abcdef", 4), "abc…");
        assert_eq!(harmless("abcd", 4), "abcd");
        assert_eq!(harmless("abc\u{200b}\u{200b}\u{200b}", 4), "abc");
        assert_eq!(harmless("a\x1b[31m\nb\u{202e}c", 10), "a[31m bc");
    }
}
