"""Wagtail's editor under `script-src 'self'`: what it writes as inline scripts becomes data that admin.js reads.

Five template overrides do it for dates and inline panels (in this app's own templates/, because widgets are rendered from
applications only); choosers write theirs in Python, so this one method is replaced. To be looked at again with each Wagtail
release; tests/browser watches for violations.
"""
import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.widgets.chooser import BaseChooser


def render(self: BaseChooser, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
    identity = (attrs or {})["id"]
    data = self.get_value_data(value)
    arguments = json.dumps([identity, self.get_js_init_options(identity, name, data)])
    return format_html('{}<span hidden data-make="{}" data-arguments="{}"></span>',
                       self.render_html(name, data, attrs), self.js_constructor, arguments)


def apply() -> None:
    BaseChooser.render = render
