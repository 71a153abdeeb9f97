async fn sixty_five_branches() {
    toque::select! {
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
        _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {} _ = async {} => {}
    }
}

async fn sixty_five_futures() {
    toque::join!(
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
        async {}, async {}, async {}, async {}, async {},
    );
}

fn main() {}
