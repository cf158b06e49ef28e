use crate::report::markup::escaped;
use crate::report::{Sketch, SketchNode};

/// How many nodes are drawn: more are counted.
const MOST: usize = 60;
/// Where the first network stands, and how far the next one is from it.
const FIRST: usize = 132;
const STEP: usize = 150;
/// The height of the head with the networks' names, and of a node's row.
const HEAD: usize = 50;
const ROW: usize = 38;

/// A lab's wiring: each network is a line from top to bottom, each node a row that crosses the
/// networks it is plugged into, with its addresses there.
pub fn topology(sketch: &Sketch, title: &str) -> String {
    let shown = sketch.nodes.len().min(MOST);
    let more = sketch.nodes.len() - shown;
    let bottom = HEAD + ROW * shown;
    let (width, height) = (FIRST + STEP * sketch.networks.len(), bottom + 24);
    let networks: String =
        sketch.networks.iter().zip(0..).map(|(net, place)| network(net, place, bottom)).collect();
    let nodes: String =
        sketch.nodes.iter().take(shown).zip(0..).map(|(one, row)| node(sketch, one, row)).collect();
    let rest = match more {
        0 => String::new(),
        more => text((0, bottom + 16), "role", &format!("and {more} more nodes")),
    };
    format!(
        "<svg class=\"topology\" viewBox=\"0 0 {width} {height}\" style=\"max-width: {width}px\" \
         role=\"img\" aria-label=\"{}\">\n{networks}{nodes}{rest}</svg>\n",
        escaped(title)
    )
}

fn network((name, subnet): &(String, String), place: usize, bottom: usize) -> String {
    let x = FIRST + STEP * place;
    format!(
        "<path class=\"network\" d=\"M{x} {}V{bottom}\"/>\n{}{}",
        HEAD - 10,
        text((x - 4, 14), "name", name),
        text((x - 4, 30), "role", subnet),
    )
}

fn node(sketch: &Sketch, node: &SketchNode, row: usize) -> String {
    let y = HEAD + ROW * row + ROW / 2;
    let place = |network: &String| sketch.networks.iter().position(|(name, _)| name == network);
    let plugs = node.addresses.iter().filter_map(|(net, address)| Some((place(net)?, address)));
    let plugs: Vec<_> = plugs.map(|(place, address)| (FIRST + STEP * place, address)).collect();
    let ends = [plugs.iter().map(|(x, _)| *x).min(), plugs.iter().map(|(x, _)| *x).max()];
    let cable = match ends {
        [Some(from), Some(to)] => format!("<path class=\"cable\" d=\"M{from} {y}H{to}\"/>\n"),
        _ => String::new(),
    };
    let plugs = plugs.iter().map(|(x, address)| {
        let plug = format!("<circle class=\"plug\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>\n");
        plug + &text((x + 8, y - 5), "address", address)
    });
    let (name, role) = (text((0, y), "name", &node.name), text((0, y + 13), "role", &node.role));
    format!("{cable}{name}{role}{}", plugs.collect::<String>())
}

fn text((x, y): (usize, usize), class: &str, words: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n", escaped(words))
}
