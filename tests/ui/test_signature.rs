#[toque::test]
async fn arguments(dish: &str) {
    drop(dish);
}

#[toque::test]
async fn generics<T>() {}

#[toque::test]
fn not_async() {}

#[toque::test]
#[test]
async fn two_tests_in_one() {}

fn main() {}
