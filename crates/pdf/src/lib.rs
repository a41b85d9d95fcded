//! A document made searchable PDF/A-2u: the page's own image under an invisible layer of its words.
