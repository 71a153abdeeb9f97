# What scripts/mutants and scripts/breaches have in common: each plants patches in copies of the tree, one after the other, as many at a
# time as there are processors, and demands that something fails. To be sourced.
#
# The one who sources it has `work`, a folder; `catch NAME PATCH`, which builds and tries what is planted and ends with 0 if it failed as it
# must; and `LIMIT`, the seconds that may take. A patch that no longer applies is an error: it has to follow the code.

readonly WORKERS=$(nproc)
export RUST_BACKTRACE=0
export CARGO_INCREMENTAL=1 # a patch changes one file

# Each worker has a tree, a build and a log of its own, by its number.
be_worker() {
    own=$work/$1
    tree=$own/tree
    mkdir -p "$own"
}

# Without the times of the files: the last run may have left a patch in the build, which must not look newer than its cure.
copy_the_tree() {
    rm -rf "$tree"
    mkdir -p "$tree"
    tar --exclude=./target --exclude=./.git -cf - . | tar -xmf - -C "$tree"
}

plant() {
    patch --directory="$tree" --strip=1 --fuzz=0 --force --silent "$@"
}

# The word of a patch that is not caught, with the end of what cargo said.
complain() {
    echo "$1"
    tail -n 20 "$own/log"
    return 1
}

# Plants one patch, and pulls it out again.
try() {
    local patch=$1 name
    name=$(basename "$patch" .patch)
    if ! plant <"$patch" >"$own/log"; then
        copy_the_tree # part of it may have been planted
        complain "$name: the patch no longer applies"
        return
    fi
    if catch "$name" "$patch"; then
        echo "$name" >>"$work/caught"
    fi
    plant --reverse <"$patch"
}

# Every WORKERS-th patch, from the one of the worker's own number on.
toil() {
    local number=$1 at
    shift
    local all=("$@")
    be_worker "$number"
    copy_the_tree
    for ((at = number; at < ${#all[@]}; at += WORKERS)); do
        try "${all[at]}" || true
    done
}

# plant_all WHAT PATCH…: worker 0 has built the tree; the others begin with what it has built.
plant_all() {
    local what=$1 number
    shift
    : >"$work/caught"
    for ((number = 1; number < WORKERS; number++)); do
        rm -rf "${work:?}/$number"
        mkdir "$work/$number"
        cp -r "$work/0/build" "$work/$number/build"
    done
    for ((number = 0; number < WORKERS; number++)); do
        toil "$number" "$@" &
    done
    wait
    local caught missed
    caught=$(wc -l <"$work/caught")
    missed=$(($# - caught))
    echo "$what: $caught caught, $missed not"
    [[ $missed -eq 0 ]]
}
