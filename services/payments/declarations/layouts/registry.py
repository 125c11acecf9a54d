"""Every layout that the platform reads. A fund's declaration form names those that it takes, the likeliest first."""

from services.payments.declarations.layouts import das_a, das_b, tn_122
from services.payments.declarations.layouts.layout import Layout

LAYOUTS: dict[str, Layout] = {layout.layout_id: layout for layout in (das_b.LAYOUT, das_a.LAYOUT, tn_122.LAYOUT)}
