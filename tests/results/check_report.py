"""Checks report.json against its schema and report.html against its promises. check_report.py SCHEMA RUN_FOLDER

Exit 77: the jsonschema module is not there."""

import base64
import hashlib
import json
import pathlib
import re
import sys
from html.parser import HTMLParser

try:
    import jsonschema
except ImportError:
    sys.exit(77)

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects what the page is made of, and what is not closed properly."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.elements, self.blocks = [], [], [], {}

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.blocks.setdefault(self.open[-1], []).append(data)


def check_page(text):
    page = Page()
    page.feed(text)
    problems = page.problems + [f"<{tag}> is never closed" for tag in page.open]
    policy = next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)
    for tag, block in (("style", page.blocks["style"][0]), ("script", page.blocks["script"][1])):
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        if f"{tag}-src 'sha256-{digest}'" not in policy:
            problems.append(f"the policy does not allow the page's own {tag}")
    if len(page.blocks["script"]) != 2:
        problems.append(f"{len(page.blocks['script'])} scripts, wanted the data and the program")
    if not policy.startswith("default-src 'none'"):
        problems.append("the policy allows something by default")
    json.loads(page.blocks["script"][0])
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            if name in ("src", "style", "srcset", "action") or name.startswith("on"):
                problems.append(f"<{tag} {name}>: nothing is fetched, and the policy forbids inline code and style")
            if name == "href" and not re.fullmatch(r"#[\w-]+", value):
                problems.append(f"<{tag} href={value}> leads out of the page")
    ids = [a["id"] for _, a in page.elements if "id" in a]
    problems += [f"id {i} is not unique" for i in set(ids) if ids.count(i) > 1]
    return problems


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = pathlib.Path(sys.argv[2])
    jsonschema.Draft202012Validator.check_schema(schema)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(report)
    problems = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in errors]
    problems += check_page((folder / "report.html").read_text(encoding="utf-8"))
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
