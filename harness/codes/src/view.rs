//! Typed entries: what the tables' rows mean.

use crate::book::{Book, Row, Table};
use crate::gs1::day_after;
use crate::ndc::{Ndc, Read, Shape};
use crate::schema::Kind;
use crate::status::Status;
use jiff::civil::Date;

macro_rules! entry {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'b>(Row<'b>);

        impl<'b> $name<'b> {
            /// The row of the table.
            pub fn row(self) -> Row<'b> {
                self.0
            }
        }
    };
}

entry!(
    /// A code of vaccines.
    Cvx
);
entry!(
    /// A code of manufacturers.
    Mvx
);
entry!(
    /// A product: a name with its vaccine and manufacturer.
    Product
);
entry!(
    /// A billing code with one of its vaccines.
    Cpt
);
entry!(
    /// An edition of a vaccine information statement.
    Vis
);
entry!(
    /// A vaccine group that a vaccine belongs to.
    Group
);
entry!(
    /// Two codes that say the same, or one that took the place of another.
    Equivalent
);
entry!(
    /// Which unit of use is in which unit of sale.
    NdcLink
);
entry!(
    /// A code of a value set.
    SetCode
);

impl<'b> Cvx<'b> {
    /// The code.
    pub fn code(self) -> &'b str {
        self.0.cell(0)
    }

    /// CDC's short name.
    pub fn name(self) -> &'b str {
        self.0.cell(1)
    }

    /// The status that CDC publishes: `active`, `inactive`, `non-us`, `never-active` or `pending`.
    pub fn published_status(self) -> &'b str {
        self.0.cell(2)
    }

    /// When CDC changed the entry last.
    pub fn updated(self) -> Option<Date> {
        self.0.date(3)
    }

    /// The first day on which a dose can have been given, where that is known: from the packages or from CDC's notes.
    pub fn valid_from(self) -> Option<Date> {
        self.0.date(4)
    }

    /// The last day on which a dose can have been given, where that is known.
    pub fn valid_until(self) -> Option<Date> {
        self.0.date(5)
    }

    /// The first day on which the code was not active any more, for a code that is inactive: the day after the last package, or the
    /// day on which CDC changed the entry.
    pub fn inactive_since(self) -> Option<Date> {
        (self.published_status() == "inactive")
            .then(|| self.valid_until().map(day_after).or(self.updated()))
            .flatten()
    }

    /// The words of the flags column; see the book's description.
    pub fn flags(self) -> impl Iterator<Item = &'b str> {
        self.0.cell(6).split(' ').filter(|f| !f.is_empty())
    }

    /// Whether this flag is set.
    pub fn has_flag(self, flag: &str) -> bool {
        self.flags().any(|f| f == flag)
    }

    /// The code or codes, apart by spaces, to use in place of it; empty when none is told.
    pub fn replaced_by(self) -> &'b str {
        self.0.cell(7)
    }

    /// The vaccine groups.
    pub fn groups(self) -> impl Iterator<Item = Group<'b>> {
        rows(self.0.book(), Kind::Group, self.code()).map(Group)
    }

    /// The products with this code.
    pub fn products(self) -> impl Iterator<Item = Product<'b>> {
        by(self.0.book(), Kind::Product, 1, self.code()).map(Product)
    }

    /// The packages with this code: units of sale, then units of use.
    pub fn ndcs(self) -> impl Iterator<Item = NdcRow<'b>> {
        by(self.0.book(), Kind::NdcSale, 9, self.code())
            .chain(by(self.0.book(), Kind::NdcUse, 9, self.code()))
            .map(NdcRow)
    }

    /// The billing codes.
    pub fn cpts(self) -> impl Iterator<Item = Cpt<'b>> {
        by(self.0.book(), Kind::Cpt, 1, self.code()).map(Cpt)
    }

    /// The editions of the statements that belong to it.
    pub fn vis(self) -> impl Iterator<Item = Vis<'b>> {
        let book = self.0.book();
        rows(book, Kind::CvxVis, self.code()).filter_map(move |row| book.vis(row.cell(1)))
    }
}

impl<'b> Mvx<'b> {
    /// The code.
    pub fn code(self) -> &'b str {
        self.0.cell(0)
    }

    /// The name.
    pub fn name(self) -> &'b str {
        self.0.cell(1)
    }

    /// Whether CDC says that it is active.
    pub fn is_active(self) -> bool {
        self.0.cell(2) == "active"
    }

    /// When CDC changed the entry last.
    pub fn updated(self) -> Option<Date> {
        self.0.date(3)
    }

    /// The first day on which it was not active any more, as far as known: the day of CDC's last change when it is inactive.
    pub fn inactive_since(self) -> Option<Date> {
        (!self.is_active())
            .then(|| self.0.date(4).map(day_after).or(self.updated()))
            .flatten()
    }

    /// The code of the manufacturer that took over, or nothing.
    pub fn replaced_by(self) -> &'b str {
        self.0.cell(5)
    }

    /// The products of this manufacturer.
    pub fn products(self) -> impl Iterator<Item = Product<'b>> {
        by(self.0.book(), Kind::Product, 2, self.code()).map(Product)
    }
}

impl<'b> Product<'b> {
    /// The name.
    pub fn name(self) -> &'b str {
        self.0.cell(0)
    }

    /// The vaccine's code.
    pub fn cvx(self) -> &'b str {
        self.0.cell(1)
    }

    /// The manufacturer's code; empty when none is told.
    pub fn mvx(self) -> &'b str {
        self.0.cell(2)
    }

    /// Whether CDC says that it is active.
    pub fn is_active(self) -> bool {
        self.0.cell(3) == "active"
    }

    /// When CDC changed the entry last.
    pub fn updated(self) -> Option<Date> {
        self.0.date(4)
    }
}

/// A row of the tables of packages: as sold, or as used.
#[derive(Clone, Copy, Debug)]
pub struct NdcRow<'b>(Row<'b>);

impl<'b> NdcRow<'b> {
    /// The row of the table.
    pub fn row(self) -> Row<'b> {
        self.0
    }

    /// The code, 5-4-2 with hyphens.
    pub fn code(self) -> &'b str {
        self.0.cell(0)
    }

    /// The ten-digit form from which it comes.
    pub fn shape(self) -> Option<Shape> {
        Shape::named(self.0.cell(1))
    }

    /// Whether it is a unit of sale; the others are units of use.
    pub fn is_sale(self) -> bool {
        self.0.kind() == Kind::NdcSale
    }

    /// The product's name.
    pub fn name(self) -> &'b str {
        self.0.cell(2)
    }

    /// Who labels it.
    pub fn labeler(self) -> &'b str {
        self.0.cell(3)
    }

    /// What it is: a package of ten syringes, a vial.
    pub fn form(self) -> &'b str {
        self.0.cell(4)
    }

    /// The route, for units of sale.
    pub fn route(self) -> &'b str {
        self.0.cell(5)
    }

    /// The first day on which it was on the market.
    pub fn from(self) -> Option<Date> {
        self.0.date(6)
    }

    /// The last day on which one could be used.
    pub fn until(self) -> Option<Date> {
        self.0.date(7)
    }

    /// The bar code's number where CDC tells it.
    pub fn gtin(self) -> &'b str {
        self.0.cell(8)
    }

    /// The codes of the vaccine: one, but for products with two schedules.
    pub fn cvx(self) -> impl Iterator<Item = &'b str> {
        self.0.cell(9).split(' ').filter(|c| !c.is_empty())
    }

    /// When CDC changed the entry last.
    pub fn updated(self) -> Option<Date> {
        self.0.date(10)
    }
}

/// A package as an NDC names it: as a unit of sale, of use, or both.
#[derive(Clone, Copy, Debug)]
pub struct NdcEntry<'b> {
    /// The unit of sale.
    pub sale: Option<NdcRow<'b>>,
    /// The unit of use.
    pub used: Option<NdcRow<'b>>,
}

impl<'b> NdcEntry<'b> {
    /// The rows, units of sale first.
    pub fn rows(self) -> impl Iterator<Item = NdcRow<'b>> {
        self.sale.into_iter().chain(self.used)
    }

    /// The code, 5-4-2 with hyphens.
    pub fn code(self) -> &'b str {
        self.rows().next().map_or("", NdcRow::code)
    }

    /// The code of the vaccine; the first where a product has two.
    pub fn cvx(self) -> &'b str {
        self.rows().flat_map(NdcRow::cvx).next().unwrap_or_default()
    }

    /// Whether the package is one of this vaccine.
    pub fn has_cvx(self, cvx: &str) -> bool {
        self.rows().flat_map(NdcRow::cvx).any(|c| c == cvx)
    }

    /// The manufacturer's code, as CDC's table of links tells it; empty when it does not.
    pub fn mvx(self) -> &'b str {
        self.links()
            .map(NdcLink::mvx)
            .find(|m| !m.is_empty())
            .unwrap_or_default()
    }

    /// The links to the units inside, or to the packages outside.
    pub fn links(self) -> impl Iterator<Item = NdcLink<'b>> {
        let sale = self
            .sale
            .into_iter()
            .flat_map(|r| rows(r.0.book(), Kind::NdcLink, r.code()));
        let used = self
            .used
            .into_iter()
            .flat_map(|r| by(r.0.book(), Kind::NdcLink, 1, r.code()));
        sale.chain(used).map(NdcLink)
    }

    /// The first day on which it was on the market, where that is known.
    pub fn from(self) -> Option<Date> {
        self.rows().filter_map(NdcRow::from).min()
    }

    /// The last day on which one could be used; `None` while it is on the market.
    pub fn until(self) -> Option<Date> {
        let mut last = None;
        for row in self.rows() {
            last = last.max(Some(row.until()?));
        }
        last
    }

    /// What it is on a day.
    pub fn status(self, on: Date) -> Status<'b> {
        if let Some(until) = self.until()
            && on > until
        {
            return Status::ExpiredProduct(until);
        }
        match self.from() {
            Some(from) if on < from => Status::NotYetValid(from),
            _ => Status::Valid,
        }
    }
}

impl<'b> NdcLink<'b> {
    /// The unit of sale; `#` and CDC's number where CDC's tables do not have it.
    pub fn sale(self) -> &'b str {
        self.0.cell(0)
    }

    /// The unit of use; `#` and CDC's number where CDC's tables do not have it.
    pub fn used(self) -> &'b str {
        self.0.cell(1)
    }

    /// The manufacturer's code.
    pub fn mvx(self) -> &'b str {
        self.0.cell(2)
    }
}

impl<'b> Cpt<'b> {
    /// The code.
    pub fn code(self) -> &'b str {
        self.0.cell(0)
    }

    /// The vaccine's code.
    pub fn cvx(self) -> &'b str {
        self.0.cell(1)
    }

    /// The first day of validity, where CDC tells it.
    pub fn valid_from(self) -> Option<Date> {
        self.0.date(2)
    }

    /// When CDC changed the entry last.
    pub fn updated(self) -> Option<Date> {
        self.0.date(3)
    }
}

impl<'b> Vis<'b> {
    /// The encoded string of 24 digits.
    pub fn encoded(self) -> &'b str {
        self.0.cell(0)
    }

    /// The document, a GDTI of 13 digits.
    pub fn document(self) -> &'b str {
        self.0.cell(1)
    }

    /// The edition that CDC's table tells. It is not always the date inside the string.
    pub fn edition(self) -> Option<Date> {
        self.0.date(2)
    }

    /// The document's name.
    pub fn name(self) -> &'b str {
        self.0.cell(3)
    }

    /// Whether it is the edition in use.
    pub fn is_current(self) -> bool {
        self.0.cell(4) == "current"
    }

    /// When CDC changed the entry last.
    pub fn updated(self) -> Option<Date> {
        self.0.date(5)
    }

    /// The edition that took its place: the next one of the same document.
    pub fn next(self) -> Option<Vis<'b>> {
        let edition = self.edition()?;
        by(self.0.book(), Kind::Vis, 1, self.document())
            .map(Vis)
            .filter(|v| v.edition().is_some_and(|e| e > edition))
            .min_by_key(|v| v.edition())
    }

    /// The day from which on another edition was to be given: that of the next one, or of CDC's last change when the document is
    /// not in use any more.
    pub fn inactive_since(self) -> Option<Date> {
        if self.is_current() {
            return None;
        }
        self.next().and_then(Vis::edition).or(self.updated())
    }

    /// The vaccines to which it belongs.
    pub fn cvxs(self) -> impl Iterator<Item = &'b str> {
        by(self.0.book(), Kind::CvxVis, 1, self.encoded()).map(|row| row.cell(0))
    }

    /// Where the document can be read: PDF and web page.
    pub fn addresses(self) -> Option<(&'b str, &'b str)> {
        let row = self
            .0
            .book()
            .table(Kind::VisDocument, "")?
            .find(self.document())?;
        Some((row.cell(2), row.cell(3)))
    }
}

impl<'b> Group<'b> {
    /// The vaccine.
    pub fn cvx(self) -> &'b str {
        self.0.cell(0)
    }

    /// The group's name.
    pub fn name(self) -> &'b str {
        self.0.cell(1)
    }

    /// The code that stands for the group.
    pub fn group_cvx(self) -> &'b str {
        self.0.cell(2)
    }
}

impl<'b> Equivalent<'b> {
    /// The code system.
    pub fn system(self) -> &'b str {
        self.0.cell(0)
    }

    /// The code.
    pub fn code(self) -> &'b str {
        self.0.cell(1)
    }

    /// `same`, `replaced` (the other one is to be used), `broader` (the other one says less).
    pub fn relation(self) -> &'b str {
        self.0.cell(2)
    }

    /// The other code system.
    pub fn to_system(self) -> &'b str {
        self.0.cell(3)
    }

    /// The other code.
    pub fn to_code(self) -> &'b str {
        self.0.cell(4)
    }
}

/// How a value set uses a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeUsage {
    /// Must be supported.
    #[default]
    Required,
    /// May be used.
    Permitted,
    /// Must not be used.
    Excluded,
}

impl<'b> SetCode<'b> {
    /// The code as the set writes it.
    pub fn code(self) -> &'b str {
        self.0.cell(0)
    }

    /// The code system.
    pub fn system(self) -> &'b str {
        self.0.cell(1)
    }

    /// The name.
    pub fn name(self) -> &'b str {
        self.0.cell(2)
    }

    /// Whether it must, may or must not be used; `R` where the library says nothing.
    pub fn usage(self) -> CodeUsage {
        match self.0.cell(3) {
            "P" => CodeUsage::Permitted,
            "E" => CodeUsage::Excluded,
            _ => CodeUsage::Required,
        }
    }

    /// A regular expression for the whole value, where the code stands for many, such as `HL7nnnn`.
    pub fn pattern(self) -> Option<&'b str> {
        Some(self.0.cell(4)).filter(|p| !p.is_empty())
    }

    /// The libraries that have the code, apart by spaces; empty when all have it that have the set.
    pub fn libraries(self) -> &'b str {
        self.0.cell(5)
    }

    /// Whether the library, such as `VXU-Z22`, has the code.
    pub fn in_library(self, library: &str) -> bool {
        self.libraries().is_empty() || self.libraries().split(' ').any(|l| l == library)
    }
}

/// A value set of the guide.
#[derive(Clone, Copy, Debug)]
pub struct CodeSet<'b>(Table<'b>);

impl<'b> CodeSet<'b> {
    /// The table.
    pub fn table(self) -> Table<'b> {
        self.0
    }

    /// The id, as a binding names it: `HL70001_IZ`.
    pub fn id(self) -> &'b str {
        self.0.id()
    }

    /// The name for people.
    pub fn name(self) -> &'b str {
        self.0.head("name").unwrap_or_default()
    }

    /// The libraries that have the set, apart by spaces, such as `RSP-Z32 VXU-Z22`.
    pub fn libraries(self) -> &'b str {
        self.0.head("libraries").unwrap_or_default()
    }

    /// The codes.
    pub fn codes(self) -> impl Iterator<Item = SetCode<'b>> {
        self.0.rows().map(SetCode)
    }

    /// The entries of this code; one for each code system.
    pub fn code(self, code: &str) -> impl Iterator<Item = SetCode<'b>> + use<'b> {
        self.0.all(code).map(SetCode)
    }

    /// Whether the set has the code itself, whatever its code system. Patterns are not tried.
    pub fn contains(self, code: &str) -> bool {
        self.0.find(code).is_some()
    }
}

fn rows<'b>(book: &'b Book, kind: Kind, key: &str) -> impl Iterator<Item = Row<'b>> + use<'b> {
    let table = book.table(kind, "");
    table.map(|t| t.all(key)).into_iter().flatten()
}

fn by<'b>(
    book: &'b Book,
    kind: Kind,
    column: usize,
    value: &str,
) -> impl Iterator<Item = Row<'b>> + use<'b> {
    let table = book.table(kind, "");
    table.map(|t| t.by(column, value)).into_iter().flatten()
}

impl Book {
    fn find(&self, kind: Kind, key: &str) -> Option<Row<'_>> {
        self.table(kind, "")?.find(key)
    }

    /// The vaccine with exactly this code.
    pub fn cvx(&self, code: &str) -> Option<Cvx<'_>> {
        self.find(Kind::Cvx, code).map(Cvx)
    }

    /// The vaccine that is meant by a code with zeros too few or too many: `3` and `003` are `03`. `None` for a right code.
    pub fn cvx_alias(&self, code: &str) -> Option<Cvx<'_>> {
        let digits = code.trim_start_matches('0');
        if digits.is_empty() || digits.len() > 3 {
            return None;
        }
        let padded = format!("{digits:0>2}");
        (padded != code).then(|| self.cvx(&padded)).flatten()
    }

    /// The manufacturer with this code.
    pub fn mvx(&self, code: &str) -> Option<Mvx<'_>> {
        self.find(Kind::Mvx, code).map(Mvx)
    }

    /// The products with exactly this name.
    pub fn products(&self, name: &str) -> impl Iterator<Item = Product<'_>> {
        rows(self, Kind::Product, name).map(Product)
    }

    /// The package with this NDC, in any spelling.
    pub fn ndc(&self, code: &str) -> Option<NdcEntry<'_>> {
        if crate::schema::is_ndc(code) {
            return self.package(code);
        }
        match Ndc::read(code)? {
            Read::One(ndc, _) => self.ndc_exact(ndc),
            Read::Ten(all) => all.into_iter().find_map(|ndc| self.ndc_exact(ndc)),
        }
    }

    /// The package with this NDC.
    pub fn ndc_exact(&self, ndc: Ndc) -> Option<NdcEntry<'_>> {
        self.package(ndc.eleven()?.as_str())
    }

    fn package(&self, code: &str) -> Option<NdcEntry<'_>> {
        let sale = self.find(Kind::NdcSale, code).map(NdcRow);
        let used = self.find(Kind::NdcUse, code).map(NdcRow);
        (sale.is_some() || used.is_some()).then_some(NdcEntry { sale, used })
    }

    /// The package with this number in its bar code: 14 digits. Among the codes that the digits may be, the one the book has.
    pub fn gtin(&self, gtin: &str) -> Option<NdcEntry<'_>> {
        crate::gs1::ndcs_of_gtin(gtin)
            .into_iter()
            .find_map(|ndc| self.ndc_exact(ndc))
    }

    /// The vaccines of a billing code.
    pub fn cpt(&self, code: &str) -> impl Iterator<Item = Cpt<'_>> {
        rows(self, Kind::Cpt, code).map(Cpt)
    }

    /// The edition with this encoded string.
    pub fn vis(&self, encoded: &str) -> Option<Vis<'_>> {
        self.find(Kind::Vis, encoded).map(Vis)
    }

    /// The editions of a document, by its GDTI.
    pub fn vis_editions(&self, document: &str) -> impl Iterator<Item = Vis<'_>> {
        by(self, Kind::Vis, 1, document).map(Vis)
    }

    /// The members of a vaccine group, by its name.
    pub fn group(&self, name: &str) -> impl Iterator<Item = Group<'_>> {
        by(self, Kind::Group, 1, name).map(Group)
    }

    /// The members of a vaccine group, by the code that stands for it.
    pub fn group_of_cvx(&self, cvx: &str) -> impl Iterator<Item = Group<'_>> {
        by(self, Kind::Group, 2, cvx).map(Group)
    }

    /// What a code equals elsewhere, or what took its place.
    pub fn equivalents(&self, system: &str, code: &str) -> impl Iterator<Item = Equivalent<'_>> {
        let table = self.table(Kind::Equivalent, "");
        let system = system.to_owned();
        let code = code.to_owned();
        table
            .map(|t| t.all(&system))
            .into_iter()
            .flatten()
            .map(Equivalent)
            .filter(move |e| e.code() == code)
    }

    /// The codes for which this one stands elsewhere: [`equivalents`](Self::equivalents) from the other end.
    pub fn equivalents_to(&self, system: &str, code: &str) -> impl Iterator<Item = Equivalent<'_>> {
        let system = system.to_owned();
        by(self, Kind::Equivalent, 4, code)
            .map(Equivalent)
            .filter(move |e| e.to_system() == system)
    }

    /// The guide's value set with this id.
    pub fn set(&self, id: &str) -> Option<CodeSet<'_>> {
        self.table(Kind::Set, id).map(CodeSet)
    }

    /// All value sets of the guide.
    pub fn sets(&self) -> impl Iterator<Item = CodeSet<'_>> {
        self.tables().filter(|t| t.kind() == Kind::Set).map(CodeSet)
    }

    /// All entries of a table of CDC: every vaccine, every manufacturer.
    pub fn cvxs(&self) -> impl Iterator<Item = Cvx<'_>> {
        self.all(Kind::Cvx).map(Cvx)
    }

    /// Every manufacturer.
    pub fn mvxs(&self) -> impl Iterator<Item = Mvx<'_>> {
        self.all(Kind::Mvx).map(Mvx)
    }

    /// Every unit of sale, then every unit of use.
    pub fn ndcs(&self) -> impl Iterator<Item = NdcRow<'_>> {
        self.all(Kind::NdcSale)
            .chain(self.all(Kind::NdcUse))
            .map(NdcRow)
    }

    /// Every link of a unit of sale and a unit of use.
    pub fn ndc_links(&self) -> impl Iterator<Item = NdcLink<'_>> {
        self.all(Kind::NdcLink).map(NdcLink)
    }

    /// Every edition of every statement.
    pub fn all_vis(&self) -> impl Iterator<Item = Vis<'_>> {
        self.all(Kind::Vis).map(Vis)
    }

    /// Every billing code with its vaccine.
    pub fn cpts(&self) -> impl Iterator<Item = Cpt<'_>> {
        self.all(Kind::Cpt).map(Cpt)
    }

    /// Every product.
    pub fn all_products(&self) -> impl Iterator<Item = Product<'_>> {
        self.all(Kind::Product).map(Product)
    }

    /// The rows of a table of which there is one.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = Row<'_>> {
        self.table(kind, "").into_iter().flat_map(Table::rows)
    }
}
