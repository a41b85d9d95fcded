//! Words and codes made fields, by the layout rules of ND 30/2020 and the codes on cards and receipts.
