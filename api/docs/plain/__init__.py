"""The reference in Markdown, for tools and for whoever likes it plain."""
