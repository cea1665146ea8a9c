"""Published statistics: controlled rounding of small cells, disclosure control, closing of periods, releases."""
