/// What the shapes of a timeline's picture mean.
const MEANINGS: [(&[Shape], &str); 4] = [
    (&[Shape("good", "M1 1h10v10h-10z"), Shape("dots", "M6 6h0")], "good"),
    (&[Shape("hatched", HATCHED), Shape("crosses", "M3 3l6 6m-6 0l6 -6")], "lost"),
    (&[Shape("span", "M0 0h12v12h-12z")], "while requests were lost"),
    (&[Shape("incident", "M6 0v12")], "incident"),
];

const HATCHED: &str = "M1 1h10v10h-10zM1 6l5 -5M1 11l10 -10M6 11l5 -5";

/// A class of the picture, and a path of twelve by twelve that shows it.
struct Shape(&'static str, &'static str);

/// The shapes and what they mean.
pub fn key() -> String {
    let entries = MEANINGS.iter().map(|(shapes, words)| {
        let shapes: String = shapes.iter().map(Shape::svg).collect();
        format!("<li>{shapes}{words}</li>\n")
    });
    format!("<ul class=\"key\">\n{}</ul>\n", entries.collect::<String>())
}

impl Shape {
    fn svg(&self) -> String {
        let Self(class, path) = self;
        format!(
            "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\">\
             <path class=\"{class}\" d=\"{path}\"/></svg>"
        )
    }
}
