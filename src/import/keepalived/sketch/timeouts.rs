use super::grounds::Grounds;
use super::page::Page;
use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::configuration::Timeouts;

/// How long connections are remembered: one word for all directors.
pub fn write(cluster: &Cluster<'_>, page: &mut Page) {
    let Some((_, chosen)) = chosen(cluster) else { return };
    page.line(format!("\nipvs:\n  timeouts: {{ {} }}", words(chosen)));
}

/// The timeouts of the lab, and the director that says them.
fn chosen(cluster: &Cluster<'_>) -> Option<(usize, Timeouts)> {
    let said = cluster.directors.iter().map(|configuration| configuration.timeouts);
    said.enumerate().find(|(_, timeouts)| *timeouts != Timeouts::default())
}

fn words(Timeouts { tcp, tcp_fin, udp }: Timeouts) -> String {
    let said = [("tcp", tcp), ("tcp_fin", tcp_fin), ("udp", udp)];
    let words = said.into_iter().filter_map(|(key, time)| Some(format!("{key}: {}s", time?)));
    words.collect::<Vec<_>>().join(", ")
}

/// A remark where directors do not say the same.
pub fn differing(cluster: &Cluster<'_>, grounds: &Grounds) -> Option<String> {
    let (director, chosen) = chosen(cluster)?;
    let differs = cluster.directors.iter().any(|other| other.timeouts != chosen);
    let name = &grounds.directors[director].name;
    differs.then(|| {
        format!("the directors differ in `lvs_timeouts`: what `{name}` says holds for all")
    })
}
