//! Lists: pages that follow one another, orders, filters.

use std::collections::BTreeMap;

use sandwiches::sandwich::{Draft, Sandwich};
use sandwiches::store::{Listing, Page, Precondition, Sort, Store};

use super::{Place, draft, make, names, new};

const ORDERS: [(Sort, bool); 4] = [
    (Sort::CreatedAt, false),
    (Sort::CreatedAt, true),
    (Sort::Name, false),
    (Sort::Name, true),
];

/// All pages, one after the other; `between` runs after each.
async fn pages(
    store: &dyn Store,
    mut listing: Listing,
    mut between: impl AsyncFnMut(usize),
) -> Vec<Sandwich> {
    let mut seen = Vec::new();
    for n in 0.. {
        let page = store.list(listing.clone()).await.unwrap();
        assert!(page.sandwiches.len() <= listing.limit as usize);
        seen.extend(page.sandwiches);
        // As text, as it goes through a link.
        let Some(next) = page.next else { break };
        listing.after = Some(next.to_string().parse().unwrap());
        between(n).await;
    }
    seen
}

pub(crate) async fn pages_show_all_that_stays_exactly_once(place: Place) {
    let store = place.store().await;
    // Names that are equal, and made within one millisecond: the ids must decide.
    for n in 0..30 {
        make(&*store, &format!("stays {}", n % 3)).await;
    }
    let mut passing = make(&*store, "stays 1, but not for long").await;
    for (sort, descending) in ORDERS {
        let listing = Listing {
            sort,
            descending,
            limit: 4,
            ..Listing::default()
        };
        let seen = pages(&*store, listing, async |n| {
            store
                .delete(passing.id, Precondition::Exists)
                .await
                .unwrap();
            passing = make(&*store, &format!("stays {}, but not for long", n % 4)).await;
        })
        .await;
        let mut times = BTreeMap::new();
        for one in seen {
            *times.entry(one.id).or_insert(0) += 1;
        }
        assert!(
            times.values().all(|&n| n == 1),
            "{sort:?} {descending}: nothing comes twice"
        );
        let all = store
            .list(Listing {
                limit: 1000,
                ..Listing::default()
            })
            .await
            .unwrap();
        let stay = all
            .sandwiches
            .iter()
            .filter(|one| !one.name.contains("but"));
        assert_eq!(stay.clone().count(), 30);
        for one in stay {
            assert!(
                times.contains_key(&one.id),
                "{sort:?} {descending}: {one:?} was skipped"
            );
        }
    }
}

pub(crate) async fn a_page_of_large_sandwiches_ends_early_and_leads_on(place: Place) {
    let store = place.store().await;
    // Two of a third of a page each, then one that is larger than a page, and two small ones.
    let third = Page::BYTES_MAX / 3;
    for (name, size) in [
        ("a", third),
        ("b", third),
        ("c", Page::BYTES_MAX + 1),
        ("d", 1),
        ("e", 1),
    ] {
        let draft = Draft {
            description: Some("x".repeat(size)),
            ..Draft::named(name)
        };
        new(store.create(draft, None).await);
    }
    let mut listing = Listing {
        limit: 1000,
        ..Listing::default()
    };
    let mut pages = Vec::new();
    loop {
        let page = store.list(listing.clone()).await.unwrap();
        pages.push(
            page.sandwiches
                .iter()
                .map(|one| one.name.clone())
                .collect::<String>(),
        );
        listing.after = page.next;
        if listing.after.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["ab", "c", "de"]);
}

pub(crate) async fn both_orders_are_total_and_the_same_everywhere(place: Place) {
    let store = place.store().await;
    for name in [
        "b", "a", "Z", "ä", "a b", "🥪", "A", "\u{fffd}", "", "a", "ab",
    ] {
        make(&*store, name).await;
    }
    for (sort, descending) in ORDERS {
        let listing = Listing {
            sort,
            descending,
            limit: 3,
            ..Listing::default()
        };
        let seen = pages(&*store, listing, async |_| {}).await;
        let mut sorted = seen.clone();
        match sort {
            Sort::CreatedAt => sorted.sort_by_key(|one| (one.created_at, one.id)),
            Sort::Name => sorted.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id))),
        }
        if descending {
            sorted.reverse();
        }
        assert_eq!(seen.len(), 11);
        assert_eq!(seen, sorted, "{sort:?} {descending}");
    }
    let none = Listing {
        limit: 0,
        ..Listing::default()
    };
    assert_eq!(store.list(none).await.unwrap().sandwiches, []);
    let exact = Listing {
        limit: 11,
        ..Listing::default()
    };
    assert_eq!(
        store.list(exact).await.unwrap().next,
        None,
        "no empty page comes last"
    );
}

async fn found(store: &dyn Store, name: Option<&str>, ingredient: Option<&str>) -> Vec<Sandwich> {
    let listing = Listing {
        name_contains: name.map(str::to_owned),
        ingredient: ingredient.map(str::to_owned),
        limit: 100,
        ..Listing::default()
    };
    store.list(listing).await.unwrap().sandwiches
}

pub(crate) async fn a_filter_takes_every_character_as_itself(place: Place) {
    let store = place.store().await;
    let marks = [
        "%", "_", "'", "\"", "\\", "[a]", "*", "?", "$1", "{", "🥪", "é", "e\u{301}",
    ];
    for mark in marks {
        new(store
            .create(draft(&format!("x{mark}y"), &[mark]), None)
            .await);
    }
    for mark in marks {
        let name = format!("x{mark}y");
        assert_eq!(
            names(&found(&*store, Some(mark), None).await),
            [&*name].into(),
            "{mark}"
        );
        assert_eq!(
            names(&found(&*store, None, Some(mark)).await),
            [&*name].into(),
            "{mark}"
        );
    }
    assert_eq!(found(&*store, Some("\0"), None).await, []);
    assert_eq!(found(&*store, None, Some("x\0")).await, []);
    assert_eq!(found(&*store, Some("%y"), None).await.len(), 1);
    assert_eq!(
        found(&*store, Some(""), None).await.len(),
        marks.len(),
        "every name contains nothing"
    );
}

pub(crate) async fn filters_ignore_case_and_combine(place: Place) {
    let store = place.store().await;
    for (name, ingredients) in [
        ("Äpfel im Schlafrock", &["ÄPFEL", "dough"] as &[&str]),
        ("Apple pie", &["apple", "Dough"]),
        ("Bread", &[]),
        ("Dough", &["dough hook"]),
    ] {
        new(store.create(draft(name, ingredients), None).await);
    }
    let names_of = async |name, ingredient| {
        let found = found(&*store, name, ingredient).await;
        found.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names_of(Some("äPFEL"), None).await, ["Äpfel im Schlafrock"]);
    assert_eq!(names_of(None, Some("äpfel")).await, ["Äpfel im Schlafrock"]);
    let both = ["Äpfel im Schlafrock", "Apple pie"];
    assert_eq!(
        names_of(None, Some("DOUGH")).await,
        both,
        "the whole ingredient, not a part"
    );
    assert_eq!(names_of(Some("PIE"), Some("dough")).await, ["Apple pie"]);
    assert_eq!(names_of(Some("bread"), Some("dough")).await, [""; 0]);

    let id = found(&*store, Some("bread"), None).await[0].id;
    let new = draft("Toast", &["Bread"]);
    store.replace(id, Precondition::Exists, new).await.unwrap();
    assert_eq!(
        names_of(Some("bread"), None).await,
        [""; 0],
        "a replaced one is found by what it is"
    );
    assert_eq!(names_of(Some("toast"), Some("bread")).await, ["Toast"]);
}
