"""How Sphinx makes pages of what course.dev.site laid out. Nothing of a page comes from a network."""

project = "ExternalName Services, hands on"
html_title = project
language = "en"

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the outputs are stored, and proven elsewhere
nb_merge_streams = True
myst_heading_anchors = 4  # a heading's link in GitHub's form
suppress_warnings = [
    "myst.xref_missing",  # a link to a cell: it leads to an element of the page, which Sphinx does not know
    "misc.highlighting_failure",  # a broken manifest is the point of some cells
]

html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 3,
    "show_toc_level": 2,
    "search_bar_text": "Search the course",
    "primary_sidebar_end": [],
    "footer_start": [],
    "footer_end": [],
}
html_static_path = ["static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_use_index = False
html_copy_source = False
html_show_sourcelink = False  # that of the repository stands below each page
html_show_copyright = False
html_show_search_summary = False  # it is fetched, which a page from a folder may not do
