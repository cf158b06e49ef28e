use super::labels::Label;
use super::latency::Mark;
use super::layout::{Band, Chart, HEIGHT, LATENCY, LEFT, RATE, RIGHT, Span, TOP, Tick, WIDTH};
use super::rate::Column;
use crate::report::Timeline;
use crate::report::markup::escaped;

/// Half the width of a cross.
const ARM: f64 = 2.6;

/// A timeline's picture as an SVG element; its style is the page's. The `id` tells it from the
/// other pictures of the page, the title names it for those who do not see it.
pub fn svg(timeline: &Timeline, id: &str, title: &str) -> String {
    let chart = Chart::of(timeline);
    let parts: [String; 5] = [
        head(id, title),
        chart.lost.iter().map(|span| shade(*span)).collect(),
        frame(&chart),
        requests(&chart, id),
        incidents(&chart),
    ];
    format!("{}</svg>\n", parts.concat())
}

fn head(id: &str, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"{id}-title\">\n<title id=\"{id}-title\">{}</title>\n<defs><pattern \
         id=\"{id}-lost\" class=\"hatch\" width=\"4\" height=\"4\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"4\" \
         height=\"4\"/><path d=\"M0 0V4\"/></pattern></defs>\n",
        escaped(title)
    )
}

fn shade(Span { from, to }: Span) -> String {
    let (width, height) = (n(to - from), n(LATENCY.bottom - TOP));
    format!(
        "<rect class=\"span\" x=\"{}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\"/>\n",
        n(from)
    )
}

/// The axes, their marks and titles.
fn frame(chart: &Chart) -> String {
    let mut svg = panel(RATE, "requests per second", &chart.rate.ticks);
    svg += &panel(LATENCY, "time to answer", &chart.latency.ticks);
    for tick in &chart.ticks {
        let (x, bottom) = (n(tick.at), LATENCY.bottom);
        let anchor = if tick.at > RIGHT - 14.0 { "end" } else { "middle" };
        svg += &format!("<path class=\"tick\" d=\"M{x} {bottom}v5\"/>");
        svg += &text(("axis", anchor), (tick.at, bottom + 19.0), &tick.label);
    }
    svg
}

fn panel(band: Band, title: &str, ticks: &[Tick]) -> String {
    let mut svg = text(("name", "start"), (LEFT, band.top - 8.0), title);
    for tick in ticks {
        svg += &format!("<path class=\"grid\" d=\"M{LEFT} {}H{RIGHT}\"/>", n(tick.at));
        svg += &text(("axis", "end"), (LEFT - 7.0, tick.at + 4.0), &tick.label);
    }
    svg
}

fn text((class, anchor): (&str, &str), (x, y): (f64, f64), words: &str) -> String {
    let (x, y, words) = (n(x), n(y), escaped(words));
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>\n")
}

fn requests(chart: &Chart, id: &str) -> String {
    let columns = &chart.rate.columns;
    let good: String = columns.iter().map(|c| box_of(c, RATE.bottom, c.good_top)).collect();
    let lost: String = columns.iter().map(|c| box_of(c, c.good_top, c.top)).collect();
    let (mut ranges, mut dots, mut crosses) = (String::new(), String::new(), String::new());
    for mark in &chart.latency.marks {
        match mark {
            Mark::Range { x, top, bottom } => {
                ranges += &format!("M{} {}V{}", n(*x), n(*bottom), n(*top));
            }
            // A line without length and with round ends is a dot.
            Mark::Good(x, y) => dots += &format!("M{} {}h0", n(*x), n(*y)),
            Mark::Lost(x, y) => crosses += &cross(*x, *y),
        }
    }
    format!(
        "<path class=\"good\" d=\"{good}\"/>\n<path class=\"lost\" fill=\"url(#{id}-lost)\" \
         d=\"{lost}\"/>\n<path class=\"range\" d=\"{ranges}\"/>\n<path class=\"dots\" \
         d=\"{dots}\"/>\n<path class=\"crosses\" d=\"{crosses}\"/>\n"
    )
}

/// A column's part from one height up to another, or nothing if it has no height.
fn box_of(column: &Column, bottom: f64, top: f64) -> String {
    if bottom - top < 0.05 {
        return String::new();
    }
    let (x, width) = (n(column.x), n(column.width));
    format!("M{x} {}h{width}V{}h-{width}z", n(bottom), n(top))
}

fn cross(x: f64, y: f64) -> String {
    let (left, top, side) = (n(x - ARM), n(y - ARM), n(2.0 * ARM));
    format!("M{left} {top}l{side} {side}m-{side} 0l{side} -{side}")
}

fn incidents(chart: &Chart) -> String {
    let bottom = LATENCY.bottom;
    let lines: String =
        chart.incidents.iter().map(|x| format!("M{} {TOP}V{bottom}", n(*x))).collect();
    let labels: String = chart.labels.iter().map(label).collect();
    format!("<path class=\"incident\" d=\"{lines}\"/>\n{labels}")
}

fn label(Label { x, width, text: words }: &Label) -> String {
    let (left, width) = (n(x - width / 2.0), n(*width));
    let body = format!(
        "<rect class=\"label\" x=\"{left}\" y=\"6\" width=\"{width}\" height=\"18\" rx=\"9\"/>"
    );
    body + &text(("number", "middle"), (*x, 19.0), words)
}

/// A length to a tenth.
fn n(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
