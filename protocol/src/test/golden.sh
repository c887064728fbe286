#!/bin/sh
# Writes the bytes into golden files, apart from the code under test: `golden.sh FILE...`, of the files' first part (type,
# text, a line `---`), encoded by protoc from Maven's local repository. For new files: what stands in a file never changes.
set -eu
protos=$(cd "$(dirname "$0")/../main/proto" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$(find "$HOME/.m2/repository/com/google/protobuf/protoc" -name 'protoc-*.exe' | sort | tail -n 1)" "$work/protoc"
chmod +x "$work/protoc"
for file in "$@"; do
    sed '/^---$/q' "$file" > "$work/text"
    sed '1d;$d' "$work/text" > "$work/message"
    type=$(head -n 1 "$work/text")
    (cd "$protos" && "$work/protoc" --proto_path=. --encode="$type" weir/v1/*.proto) < "$work/message" > "$work/bytes"
    { cat "$work/text"; od -An -v -tx1 "$work/bytes" | tr -d ' \n' | fold -w 64; echo; } > "$file"
done
