"""`python -m deploy.docs`: write the generated pages, and add the schema of every new event."""

from deploy.docs.pages import ROOT, pages, snapshots


def main() -> None:
    for path, text in pages():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    for path, text in snapshots():
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            print(f"kept {path.relative_to(ROOT)}")


main()
