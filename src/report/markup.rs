use crate::text::visible_lines;

/// A text inside an element or a quoted attribute of HTML or XML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in visible_lines(text).chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No character of XML, and not to be told from what is (XML 1.0, 2.2).
            '\u{fffe}' | '\u{ffff}' => safe.push(char::REPLACEMENT_CHARACTER),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_opens_an_element_or_ends_an_attribute() {
        let told = escaped("<b a='1'>&\"\u{1b}\u{ffff}");
        assert_eq!(told, "&lt;b a=&#39;1&#39;&gt;&amp;&quot;\\u{1b}\u{fffd}");
    }
}
