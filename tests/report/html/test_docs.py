"""The documentation of checks as HTML."""

from sfgov.report.html.markdown import to_html


def test_headings_stand_below_those_of_the_report() -> None:
    assert to_html("# A\n## B\n### C\n###### D") == "<h4>A</h4>\n<h4>B</h4>\n<h5>C</h5>\n<h6>D</h6>\n"


def test_an_example_is_a_figure_with_its_path() -> None:
    assert to_html("```xml flows/A b.flow-meta.xml\n<Flow/>\n```") == (
        "<figure>\n<figcaption>flows/A b.flow-meta.xml</figcaption>\n<pre><code>&lt;Flow/&gt;\n</code></pre>\n</figure>\n"
    )
    assert to_html("```apex\nrun();\n```") == "<figure>\n<pre><code>run();\n</code></pre>\n</figure>\n"


def test_lists_emphasis_and_code() -> None:
    assert to_html("1. one\n2. *two* `<b>`") == (
        "<ol>\n<li>one</li>\n<li><em>two</em> <code>&lt;b&gt;</code></li>\n</ol>\n"
    )


def test_only_web_addresses_are_links() -> None:
    assert to_html("[a](https://a.example/x?y=1&z) <http://b.example>") == (
        '<p><a href="https://a.example/x?y=1&amp;z">a</a> <a href="http://b.example">http://b.example</a></p>\n'
    )
    for bad in (
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "//c.example",
        "x.html",
    ):
        assert "href" not in to_html(f"[a]({bad})")
    assert "<img" not in to_html("![a](https://a.example/a.png)")


def test_tags_are_shown_and_hidden_characters_too() -> None:
    assert to_html("<script>x</script>\n\na <b onclick=x>b</b> \u202eevil") == (
        "<p>&lt;script&gt;x&lt;/script&gt;</p>\n<p>a &lt;b onclick=x&gt;b&lt;/b&gt; \\u202eevil</p>\n"
    )


def test_a_path_in_a_fence_is_text() -> None:
    assert "<figcaption>&lt;img src=x&gt;</figcaption>" in to_html("```xml <img src=x>\na\n```")
