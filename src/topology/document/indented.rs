//! Lines of a text that is no YAML which are indented otherwise than what they belong to, and items
//! of lists without their dash.

use super::slip::Slip;
use super::written_line::{content, indentation, line_above, line_of, mended};
use std::ops::Range;

/// A line that goes on with the value of the line above, as it is indented more.
pub fn too_deep(text: &str, at: usize, above: &Range<usize>) -> Option<Slip> {
    let own = indentation(text, at);
    if own <= indentation(text, above.start) {
        return None;
    }
    too_shallow(text, own, above).or_else(|| uneven(text, at, above))
}

/// A line that is indented as neither the line above nor the key behind its dash.
fn uneven(text: &str, at: usize, above: &Range<usize>) -> Option<Slip> {
    let (own, wanted) = (indentation(text, at), column(text, above));
    let relation = if own > wanted { "deeper" } else { "less" };
    let message = format!("this line is indented by {own} spaces, {relation} than the line above");
    let has_dash = wanted > indentation(text, above.start);
    let beside = if has_dash { "what stands behind its dash" } else { "the line above" };
    let help = format!("indent it by {wanted} spaces, as {beside}");
    (own != wanted).then(|| Slip::new(content(text, at), message, help))
}

/// The first of the lines above that stand beside the key whose value they were to be, where the
/// line that follows them is indented as its value.
fn too_shallow(text: &str, wanted: usize, above: &Range<usize>) -> Option<Slip> {
    let own = indentation(text, above.start);
    let mut first = above.clone();
    while let Some(line) = line_above(text, first.start) {
        let said = content(text, line.start);
        if column(text, &line) != own {
            return None;
        }
        if text[said.clone()].ends_with(':') {
            let message = format!("this line is not indented below `{}`", &text[said]);
            let help = format!("indent it by {wanted} spaces, as the lines below it");
            return Some(Slip::new(content(text, first.start), message, help));
        }
        first = line;
    }
    None
}

/// A line that is no key of the mapping around it.
pub fn odd(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    let line = &text[content.clone()];
    if let Some(slip) = uneven_item(text, at) {
        return Some(slip);
    }
    if let Some((message, help)) = mended(line).filter(|_| !line.contains(": ")) {
        return Some(Slip::new(content, message, help));
    }
    let above = line_above(text, at)?;
    joined_dash(text, above.start)
        .or_else(|| extra_dash(text, at, &above))
        .or_else(|| below_a_whole_line(text, at, &above))
        .or_else(|| as_no_other(text, at))
}

/// A line that is indented below one that has its value already.
fn below_a_whole_line(text: &str, at: usize, above: &Range<usize>) -> Option<Slip> {
    let is_whole = !text[content(text, above.start)].ends_with(':');
    let is_deeper = indentation(text, at) > column(text, above);
    let mut slip = uneven(text, at, above).filter(|_| is_whole && is_deeper)?;
    if let Some(item) = item_without_dash(text, at, above) {
        slip.help += &format!(", or write `- {item}` there if it begins an item of a list");
    }
    Some(slip)
}

/// What the line above says, if it is the first one below its key and the line is indented as
/// behind a dash.
fn item_without_dash<'t>(text: &'t str, at: usize, above: &Range<usize>) -> Option<&'t str> {
    let is_behind_a_dash = indentation(text, at) == indentation(text, above.start) + "- ".len();
    let key = line_above(text, above.start)?;
    let is_first = text[content(text, key.start)].ends_with(':')
        && indentation(text, key.start) < indentation(text, above.start);
    let has_dash = begins_item(&text[above.clone()]);
    (is_behind_a_dash && is_first && !has_dash).then(|| &text[content(text, above.start)])
}

/// A line that is indented as no line above it.
fn as_no_other(text: &str, at: usize) -> Option<Slip> {
    let own = indentation(text, at);
    let mut line = line_of(text, at);
    let mut nearest = None;
    while let Some(above) = line_above(text, line.start) {
        let one = indentation(text, above.start);
        if one == own {
            return None;
        }
        nearest.get_or_insert(column(text, &above));
        line = above;
    }
    let message = format!("this line is indented by {own} spaces, as no line above it");
    let help =
        format!("indent it as what it belongs beside; the line above has {} spaces", nearest?);
    Some(Slip::new(content(text, at), message, help))
}

/// An item of a list that is not below the one above it.
pub fn uneven_item(text: &str, at: usize) -> Option<Slip> {
    let above = line_above(text, at)?;
    let (own, wanted) = (indentation(text, at), indentation(text, above.start));
    let line = line_of(text, at);
    let are_items = begins_item(&text[line.clone()]) && begins_item(&text[above]);
    let message =
        format!("this item of a list is indented by {own} spaces, the one above by {wanted}");
    let help = format!("indent it by {wanted} spaces, as the one above");
    (are_items && own != wanted).then(|| Slip::new(line.start + own..line.end, message, help))
}

/// A key with a dash beside others that have none.
fn extra_dash(text: &str, at: usize, above: &Range<usize>) -> Option<Slip> {
    let line = line_of(text, at);
    let own = indentation(text, at);
    let is_beside = own == indentation(text, above.start) && !begins_item(&text[above.clone()]);
    let has_dash = begins_item(&text[line.clone()]);
    let help = format!("write `{}`, without a dash", &text[content(text, at)]);
    let message = "this line begins an item of a list, and the line above does not";
    (is_beside && has_dash).then(|| Slip::new(line.start + own..line.end, message, help))
}

/// A line in a list that begins no item.
pub fn no_dash(text: &str, at: usize) -> Slip {
    let content = content(text, at);
    if let Some(slip) = joined_dash(text, at) {
        return slip;
    }
    let line = &text[content.clone()];
    let message = "this line is in a list, and has no dash";
    let above = line_above(text, at).filter(|above| begins_item(&text[above.clone()]));
    let help = match above {
        Some(above) if line.contains(':') && text[above.clone()].contains(": ") => {
            let wanted = column(text, &above);
            format!(
                "indent it by {wanted} spaces if it belongs to the line above, else write `- {line}`"
            )
        }
        _ => format!("write `- {line}`, or indent it as what it belongs to"),
    };
    Slip::new(content, message, help)
}

/// A line whose dash has no space behind it.
fn joined_dash(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    let rest = text[content.clone()].strip_prefix('-')?;
    let is_joined = !rest.starts_with([' ', '-']) && !rest.is_empty();
    let help = format!("write `- {rest}`");
    is_joined.then(|| Slip::new(content, "no space stands behind the dash", help))
}

fn begins_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

/// In which column, from 0, the first key or word of a line stands.
fn column(text: &str, line: &Range<usize>) -> usize {
    content(text, line.start).start - line_of(text, line.start).start
}
