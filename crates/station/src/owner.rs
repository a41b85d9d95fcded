//! Whose dossier it is. A dossier names several people (a landlord, a spouse, an official), so the owner is one person
//! whole and never put together from two.

use sohoa_model::{Field, FieldName, Source};
use std::collections::BTreeMap;

use crate::view::Owner;

/// Picks the owner from the fields of a dossier's documents, each with its document's number.
///
/// A person is told apart by personal ID, or by name where there is none. The clerk's word and codes go before text,
/// then the person whom most documents name, then the one named first.
pub fn of(fields: &[(u32, Field)]) -> Owner {
    let mut documents: BTreeMap<u32, Vec<&Field>> = BTreeMap::new();
    for (document, field) in fields.iter().filter(|(_, f)| !f.value.is_empty()) {
        documents.entry(*document).or_default().push(field);
    }
    let documents: Vec<Vec<&Field>> = documents.into_values().collect();
    let same = |a: &[&Field], b: &[&Field]| match (get(a, FieldName::PersonalId), get(b, FieldName::PersonalId)) {
        (Some(a), Some(b)) => a.value == b.value,
        _ => matches!((get(a, FieldName::OwnerName), get(b, FieldName::OwnerName)),
            (Some(a), Some(b)) if a.value.to_lowercase() == b.value.to_lowercase()),
    };
    let rank = |(number, document): &(usize, &Vec<&Field>)| {
        let told = [FieldName::PersonalId, FieldName::OwnerName].into_iter().filter_map(|n| get(document, n));
        let source: Option<Source> = told.map(|f| f.source).max();
        source.map(|s| (s, documents.iter().filter(|d| same(document, d)).count(), std::cmp::Reverse(*number)))
    };
    let first = documents.iter().enumerate().filter(|d| rank(d).is_some()).max_by_key(rank);
    let Some((_, chosen)) = first else { return Owner::default() };
    let theirs: Vec<&Field> = documents.iter().filter(|d| same(chosen, d)).flatten().copied().collect();
    let value = |name| surest(&theirs, name).map(|f| f.value.clone());
    Owner {
        name: value(FieldName::OwnerName),
        personal_id: value(FieldName::PersonalId),
        birth_date: value(FieldName::BirthDate),
        sex: value(FieldName::Sex),
        address: value(FieldName::Address),
    }
}

fn get<'a>(fields: &[&'a Field], name: FieldName) -> Option<&'a Field> {
    fields.iter().find(|f| f.name == name).copied()
}

fn surest<'a>(fields: &[&'a Field], name: FieldName) -> Option<&'a Field> {
    let named = fields.iter().filter(|f| f.name == name).copied();
    named.max_by(|a, b| a.source.cmp(&b.source).then(a.confidence.total_cmp(&b.confidence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: FieldName, value: &str, source: Source, confidence: f32) -> Field {
        Field { name, value: value.into(), read: None, source, confidence, page: Some(1), bounds: None }
    }

    fn person(document: u32, name: &str, id: &str, source: Source, confidence: f32) -> Vec<(u32, Field)> {
        [(FieldName::OwnerName, name), (FieldName::PersonalId, id)]
            .into_iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(n, v)| (document, field(n, v, source, confidence)))
            .collect()
    }

    #[test]
    fn the_surest_name_of_somebody_else_is_not_taken() {
        let mut fields = person(1, "Ngô Đức Hạnh", "027090008846", Source::Text, 84.0);
        fields.extend(person(2, "Ngô Đức Hạnh", "027090008846", Source::Text, 50.0));
        fields.extend(person(3, "Lê Thị Thu Thủy", "027185006732", Source::Text, 95.0));
        fields.push((3, field(FieldName::Address, "Số 18 đường Lê Quang Đạo", Source::Text, 99.0)));
        let owner = of(&fields);
        assert_eq!(owner.name.as_deref(), Some("Ngô Đức Hạnh"));
        assert_eq!(owner.personal_id.as_deref(), Some("027090008846"));
        assert_eq!(owner.address, None);
    }

    #[test]
    fn a_card_goes_before_what_was_read_and_the_clerk_before_all() {
        let mut fields = person(1, "Trần Quốc Bình", "", Source::Text, 99.0);
        fields.extend(person(2, "Trần Quốc Binh", "027079003355", Source::Text, 90.0));
        fields.extend(person(3, "Trần Quốc Bình", "027079003355", Source::Code, 100.0));
        assert_eq!(of(&fields).name.as_deref(), Some("Trần Quốc Bình"));
        fields.extend(person(4, "Vũ Minh Châu", "", Source::Clerk, 100.0));
        assert_eq!((of(&fields).name.as_deref(), of(&fields).personal_id), (Some("Vũ Minh Châu"), None));
    }

    #[test]
    fn the_back_of_a_card_says_who_and_the_papers_how_they_are_called() {
        // The zone has the number and no name; most papers name somebody else.
        let mut fields = person(1, "Lê Thị Thu Thủy", "027185006732", Source::Text, 99.0);
        fields.extend(person(2, "Lê Thị Thu Thủy", "027185006732", Source::Text, 99.0));
        fields.extend(person(3, "Trần Quốc Bình", "027079003355", Source::Text, 70.0));
        fields.extend(person(4, "", "027079003355", Source::Code, 93.0));
        let owner = of(&fields);
        assert_eq!(owner.name.as_deref(), Some("Trần Quốc Bình"));
        assert_eq!(owner.personal_id.as_deref(), Some("027079003355"));
    }

    #[test]
    fn nobody_is_nobody() {
        assert_eq!(of(&[]), Owner::default());
        assert_eq!(of(&[(1, field(FieldName::Sex, "Nam", Source::Text, 90.0))]), Owner::default());
    }
}
