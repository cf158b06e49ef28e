use crate::lab::LabName;
use crate::lab::Source;

/// A first file for a lab of that name: valid, with every common key explained.
pub fn template(name: &LabName) -> Source {
    let text = include_str!("template.yaml").replacen("{name}", name.as_str(), 1);
    Source { name: format!("{name}.yaml"), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_beyond_reproach() {
        let valid = super::super::load(&template(&"mine".parse().unwrap())).unwrap();
        assert_eq!(valid.warnings, []);
        assert_eq!(valid.lab.name.as_str(), "mine");
    }
}
