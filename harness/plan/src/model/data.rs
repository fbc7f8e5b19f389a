//! Test data: whom and what a plan is about, apart from its steps.
//!
//! Every text may hold a date or an id (`{today-2m}`, `{uid.mrn-1}`). Templates reach the data by path:
//! `{patients.richardson.name.family}`, or `{patient.name.family}` where a patient is bound. Of a list, an item is named by
//! its number from 1: `{patient.contacts.1.name.family}`.

use super::{Ref, Text, Texts};
use crate::span::Spanned;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file of the folder `data`, and all of them together.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Data {
    /// People.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub patients: BTreeMap<String, Spanned<Patient>>,
    /// Products and unspecified vaccines.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub vaccines: BTreeMap<String, Spanned<Vaccine>>,
    /// Doses: given, historical, refused.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub orders: BTreeMap<String, Spanned<Order>>,
    /// Places that send or receive.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facilities: BTreeMap<String, Spanned<Facility>>,
    /// Who orders and gives.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clinicians: BTreeMap<String, Spanned<Clinician>>,
    /// What lies in the refrigerator: one line a lot and source of funding.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stock: BTreeMap<String, Spanned<Stock>>,
}

/// A code with its text.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Coded {
    /// The code.
    pub code: Text,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Its system, as HL7 names it, where it is not plain from the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Text>,
}

/// An identifier.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identifier {
    /// The id.
    pub id: Text,
    /// Who gave it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Text>,
    /// Who gave it, by OID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oid: Option<Text>,
    /// What kind it is, HL70203: `MR`, `SR`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text>,
}

/// A person's name.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PersonName {
    /// Last name.
    pub family: Text,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Text>,
    /// Middle name or initial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<Text>,
    /// `Jr`, `III`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Address {
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<Text>,
    /// Apartment or other designation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Text>,
    /// State, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Text>,
    /// ZIP code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<Text>,
    /// Country, three letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Text>,
    /// HL70190: `P`, `H`, `C`, `L`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text>,
}

/// A telephone.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Phone {
    /// HL70201: `PRN`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<Text>,
    /// HL70202: `PH`, `CP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<Text>,
    /// Area code.
    pub area: Text,
    /// The number in the area.
    pub number: Text,
}

/// Somebody who belongs to a patient.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contact {
    /// HL70063: `MTH`, `FTH`, `GRD`.
    pub relationship: Coded,
    /// The name.
    pub name: PersonName,
    /// Where they live; with the patient when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Their telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Text>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Patient {
    /// Ids; the first one is the sender's medical record number.
    pub ids: Vec<Identifier>,
    /// The legal name.
    pub name: PersonName,
    /// The mother's maiden name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mothers_maiden_name: Option<PersonName>,
    /// Date of birth.
    pub birth_date: Text,
    /// HL70001: `F`, `M`, `U`.
    pub sex: Text,
    /// CDCREC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub race: Vec<Coded>,
    /// CDCREC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<Coded>,
    /// Where the patient lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Text>,
    /// `Y` when one of several born together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple_birth: Option<Text>,
    /// Which of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_order: Option<Text>,
    /// `Y` when dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<Text>,
    /// Date of death.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub death_date: Option<Text>,
    /// PD1-11, HL70215.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publicity: Option<Coded>,
    /// PD1-18: since when that publicity code is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publicity_date: Option<Text>,
    /// PD1-12: `Y` protect, `N` share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Text>,
    /// PD1-13: since when that protection is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection_date: Option<Text>,
    /// PD1-16, HL70441.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_status: Option<Text>,
    /// PD1-17: since when that status is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_status_date: Option<Text>,
    /// Next of kin, guardians.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Anything a tester should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A vaccine information statement.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vis {
    /// The 24 digits of its bar code.
    pub code: Text,
    /// Its title.
    pub title: Text,
}

/// A product, or a vaccine of which the product is not known.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vaccine {
    /// The product's or the vaccine's name.
    pub name: Text,
    /// CVX code.
    pub cvx: Text,
    /// NDC of the unit of use, and of others of the same product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndc: Option<Texts>,
    /// MVX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Coded>,
    /// NCIT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Coded>,
    /// How much is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Text>,
    /// Unit of that, UCUM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// What the patient is given to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vis: Vec<Vis>,
}

/// Who pays, and whether the patient is eligible.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Funding {
    /// OBX 30963-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Coded>,
    /// OBX 64994-7, HL70064.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<Coded>,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Refusal {
    /// RXA-18, NIP002.
    pub reason: Coded,
    /// Who refused, in words: `the mother`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Text>,
}

/// Who does something.
#[derive(Clone, Debug, PartialEq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Party {
    /// RXA-10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administered: Option<Ref>,
    /// ORC-10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered: Option<Ref>,
    /// ORC-12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered: Option<Ref>,
}

/// A dose: given, historical or refused.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Order {
    /// Who.
    pub patient: Ref,
    /// What.
    pub vaccine: Ref,
    /// When.
    pub date: Text,
    /// ORC-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placer: Option<Text>,
    /// ORC-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filler: Option<Text>,
    /// RXA-9.1, `00` administered, `01` historical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_source: Option<Text>,
    /// RXA-20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Text>,
    /// Lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Text>,
    /// The lot's last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Text>,
    /// HL70163.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Coded>,
    /// Who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<Funding>,
    /// Refused, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// From which line of the stock it is taken. In a loaded plan the order has that line's lot, last day and source of
    /// funding where it gives none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<Ref>,
    /// Who did it.
    #[serde(default)]
    pub by: Party,
}

/// A line of the stock: a lot of a product, who paid for it, and how many doses there are.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stock {
    /// What it is.
    pub vaccine: Ref,
    /// GTIN of the unit of use, 14 digits with a right check digit; without one there is no bar code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<Text>,
    /// NDC of the box in which it is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndc_of_sale: Option<Text>,
    /// Lot; in a bar code at most 20 characters.
    pub lot: Text,
    /// The lot's last day.
    pub expires: Text,
    /// Who paid for it, as in OBX 30963-3: `{code: VXC50, text: Public}`.
    pub funding: Coded,
    /// Doses on hand when the test begins.
    pub doses: u32,
    /// Anything a tester should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A place that sends or receives.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Facility {
    /// Its name for people.
    pub name: Text,
    /// MSH-3 or MSH-5.
    pub application: Text,
    /// MSH-4 or MSH-6, and the SOAP facility.
    pub code: Text,
    /// Its id with whoever gives ids to organizations: MSH-22.10 or MSH-23.10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Text>,
    /// Where doses are given, RXA-11.4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic: Option<Text>,
}

/// Who orders and gives.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clinician {
    /// The id.
    pub id: Text,
    /// Who gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Text>,
    /// Who gave it, by OID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oid: Option<Text>,
    /// The name.
    pub name: PersonName,
    /// XCN.13: `MD`, `PRN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_type: Option<Text>,
}
