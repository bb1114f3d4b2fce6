//! Numbers that states and insurers give to people and that carry a check: those of digits only.
//!
//! A form is how the number is written, `d` for a digit. One in ten to one in a hundred numbers at random pass most
//! of the sums, so plain digits and common groupings need a word beside them ([`Need::Word`]); punctuation that
//! nothing else has, or several sums and a date, do not.

use core::cell::OnceCell;

use super::checks::{luhn, mod11_10, uniform};
use super::date::day_first;
use super::form::Form;
use super::persons::{
    aadhaar, ahv, amka, australian_business, australian_company, australian_tax, baltic, belgian, bsn,
    canadian, chinese, cnp, cnpj, cpf, cuit, czech, egn, german_tax, jmbg, korean, medicare, my_number, nhs,
    nir, norwegian, npi, pesel, portuguese, routing, rut, south_african, swedish, tckn, thai,
};
use super::registers::{
    austrian, colombian, danish, ecuadorian, greek_tax, hungarian, hungarian_tax, icelandic, inland_revenue,
    iranian, latvian, nip, peruvian, russian_tax, snils, taj, ukrainian,
};

/// Whether a form speaks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    Word,
}
use Need::{Nothing, Word};

pub(super) type Sum = fn(&[u8]) -> bool;

#[rustfmt::skip]
pub(super) const FORMS: &[(Form, Need, Sum)] = &[
    // Australia: tax file number, business and company number, Medicare.
    (of("ddddddddd"), Word, australian_tax), (of("ddd ddd ddd"), Word, australian_tax),
    (of("ddddddddddd"), Word, australian_business), (of("dd ddd ddd ddd"), Nothing, australian_business),
    (of("ddddddddd"), Word, australian_company), (of("ddd ddd ddd"), Word, australian_company),
    (of("dddddddddd"), Word, medicare), (of("dddd ddddd d"), Nothing, medicare),
    // Argentina: CUIT.
    (of("ddddddddddd"), Word, cuit), (of("dd-dddddddd-d"), Nothing, cuit),
    // Austria: social insurance.
    (of("dddddddddd"), Word, austrian), (of("dddd dddddd"), Word, austrian),
    // Belgium: national register.
    (of("ddddddddddd"), Word, belgian), (of("dd.dd.dd-ddd.dd"), Nothing, belgian),
    // Brazil: CPF, CNPJ.
    (of("ddddddddddd"), Word, cpf), (of("ddd.ddd.ddd-dd"), Nothing, cpf),
    (of("dddddddddddddd"), Word, cnpj), (of("dd.ddd.ddd/dddd-dd"), Nothing, cnpj),
    // Bulgaria: EGN.
    (of("dddddddddd"), Word, egn),
    // Canada: social insurance.
    (of("ddddddddd"), Word, canadian), (of("ddd ddd ddd"), Word, canadian), (of("ddd-ddd-ddd"), Nothing, canadian),
    // Chile: RUT.
    (of("dd.ddd.ddd-d"), Nothing, rut), (of("d.ddd.ddd-d"), Nothing, rut), (of("dddddddd-d"), Word, rut),
    // China: resident identity.
    (of("dddddddddddddddddd"), Nothing, chinese),
    // Colombia: NIT.
    (of("ddd.ddd.ddd-d"), Nothing, colombian), (of("d.ddd.ddd.ddd-d"), Nothing, colombian),
    (of("dd.ddd.ddd-d"), Word, colombian), (of("ddddddddd-d"), Word, colombian), (of("dddddddddd-d"), Word, colombian),
    (of("dddddddd-d"), Word, colombian), (of("dddddddddd"), Word, colombian),
    // Croatia: OIB.
    (of("ddddddddddd"), Word, mod11_10),
    // Czechia and Slovakia: rodné číslo.
    (of("dddddddddd"), Word, czech), (of("dddddd/dddd"), Nothing, czech),
    // Denmark: CPR. Dominican Republic: cédula. Ecuador.
    (of("dddddd-dddd"), Nothing, danish), (of("dddddd-dddd"), Word, day_first), (of("dddddddddd"), Word, day_first),
    (of("ddd-ddddddd-d"), Nothing, luhn), (of("dddddddddd"), Word, ecuadorian), (of("ddddddddd-d"), Word, ecuadorian),
    // Estonia, Lithuania.
    (of("ddddddddddd"), Word, baltic),
    // France: NIR with its key.
    (of("ddddddddddddddd"), Nothing, nir), (of("d dd dd dd ddd ddd dd"), Nothing, nir),
    // Germany: tax identification.
    (of("ddddddddddd"), Word, german_tax), (of("dd ddd ddd ddd"), Word, german_tax),
    // Greece: AMKA, AFM.
    (of("ddddddddddd"), Word, amka), (of("ddddddddd"), Word, greek_tax),
    // Hungary: TAJ, tax, personal identification.
    (of("ddddddddd"), Word, taj), (of("ddd ddd ddd"), Word, taj), (of("ddd-ddd-ddd"), Word, taj),
    (of("dddddddddd"), Word, hungarian_tax), (of("ddddddddddd"), Word, hungarian), (of("d-dddddd-dddd"), Word, hungarian),
    // Iceland. Iran.
    (of("dddddd-dddd"), Nothing, icelandic), (of("dddddddddd"), Word, icelandic), (of("dddddddddd"), Word, iranian),
    // India: Aadhaar.
    (of("dddddddddddd"), Word, aadhaar), (of("dddd dddd dddd"), Nothing, aadhaar), (of("dddd-dddd-dddd"), Nothing, aadhaar),
    // Israel.
    (of("ddddddddd"), Word, luhn), (of("dddddddd-d"), Word, luhn),
    // Italy: partita IVA.
    (of("ddddddddddd"), Word, luhn),
    // Japan: My Number.
    (of("dddddddddddd"), Word, my_number), (of("dddd dddd dddd"), Word, my_number),
    // Korea: residents and foreigners. Since 2020 without a sum, so by date; the dash is everybody's.
    (of("ddddddddddddd"), Word, korean), (of("dddddd-ddddddd"), Nothing, korean),
    // Latvia.
    (of("dddddd-ddddd"), Nothing, latvian), (of("ddddddddddd"), Word, latvian),
    // Netherlands: BSN.
    (of("ddddddddd"), Word, bsn), (of("dddd.dd.ddd"), Nothing, bsn),
    // New Zealand: IRD.
    (of("ddd-ddd-ddd"), Word, inland_revenue), (of("ddddddddd"), Word, inland_revenue),
    (of("dd-ddd-ddd"), Word, inland_revenue),
    // Norway.
    (of("ddddddddddd"), Nothing, norwegian), (of("dddddd ddddd"), Nothing, norwegian), (of("dddddd-ddddd"), Nothing, norwegian),
    // Peru: RUC.
    (of("ddddddddddd"), Word, peruvian),
    // Poland: PESEL, NIP.
    (of("ddddddddddd"), Word, pesel), (of("dddddddddd"), Word, nip), (of("ddd-ddd-dd-dd"), Word, nip),
    (of("ddd-dd-dd-ddd"), Word, nip),
    // Portugal: NIF.
    (of("ddddddddd"), Word, portuguese), (of("ddd ddd ddd"), Word, portuguese),
    // Romania: CNP. The states of old Yugoslavia: JMBG.
    (of("ddddddddddddd"), Word, cnp), (of("ddddddddddddd"), Word, jmbg),
    // Russia: SNILS, INN. Ukraine: taxpayers.
    (of("ddd-ddd-ddd dd"), Nothing, snils), (of("ddddddddddd"), Word, snils), (of("dddddddddd"), Word, russian_tax),
    (of("dddddddddddd"), Word, russian_tax), (of("dddddddddd"), Word, ukrainian),
    // South Africa.
    (of("ddddddddddddd"), Word, south_african), (of("dddddd dddd ddd"), Nothing, south_african),
    // Sweden: personnummer; organisations' numbers have the same form without a date.
    (of("dddddd-dddd"), Nothing, swedish), (of("dddddddd-dddd"), Nothing, swedish), (of("dddddddddddd"), Nothing, swedish),
    (of("dddddddddd"), Word, luhn), (of("dddddd-dddd"), Word, luhn),
    // Switzerland: AHV.
    (of("ddddddddddddd"), Word, ahv), (of("ddd.dddd.dddd.dd"), Nothing, ahv),
    // Thailand.
    (of("ddddddddddddd"), Word, thai), (of("d-dddd-ddddd-dd-d"), Nothing, thai), (of("d dddd ddddd dd d"), Nothing, thai),
    // Turkey: TCKN.
    (of("ddddddddddd"), Word, tckn),
    // United Kingdom: NHS.
    (of("dddddddddd"), Word, nhs), (of("ddd ddd dddd"), Nothing, nhs), (of("ddd-ddd-dddd"), Word, nhs),
    // United States: providers of health care, banks.
    (of("dddddddddd"), Word, npi), (of("dddd-ddd-ddd"), Word, npi), (of("dddd ddd ddd"), Word, npi),
    (of("ddddddddd"), Word, routing), (of("dddd-dddd-d"), Word, routing),
];

/// Words that name one kind of number: beside them no other state's sum will do, and none of digits alone where its numbers
/// have letters.
#[rustfmt::skip]
const OWN: &[(&[u8], Sum)] = &[
    (b"aadhaar", aadhaar), (b"aadhar", aadhaar), (b"abn", australian_business), (b"acn", australian_company),
    (b"afm", greek_tax), (b"ahv", ahv), (b"amka", amka), (b"asmens", baltic), (b"avs", ahv), (b"bsn", bsn),
    (b"cnp", cnp), (b"cnpj", cnpj), (b"cpf", cpf), (b"cpr", day_first), (b"cuil", cuit), (b"cuit", cuit), (b"egn", egn),
    (b"fodselsnummer", norwegian), (b"ird", inland_revenue), (b"isikukood", baltic), (b"jmbg", jmbg),
    (b"kennitala", icelandic), (b"nhs", nhs), (b"nip", nip), (b"nit", colombian), (b"npi", npi), (b"oib", mod11_10),
    (b"personas", latvian), (b"pesel", pesel), (b"rrn", korean), (b"sin", canadian), (b"snils", snils),
    (b"svnr", austrian), (b"ruc", peruvian), (b"taj", taj), (b"tckn", tckn), (b"tfn", australian_tax),
    (b"embg", jmbg), (b"emso", jmbg), (b"umcn", jmbg), (b"ipn", ukrainian), (b"rnokpp", ukrainian), (b"tckimlik", tckn),
    (b"curp", lettered), (b"fin", lettered), (b"hetu", lettered), (b"hkid", lettered),
    (b"nino", lettered), (b"nric", lettered), (b"pps", lettered), (b"ppsn", lettered), (b"rfc", lettered),
];

/// What numbers with letters are not.
fn lettered(_: &[u8]) -> bool {
    false
}

/// The sum of the only kind that a word names.
pub(super) fn own(word: &[u8]) -> Option<Sum> {
    OWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, sum)| *sum)
}

/// Whether the number, of this form and these digits, is one; `alone` if it may be without a word, `said` whether a
/// word says so, `own` the sum of the only kind that a word names.
pub(super) fn is_identity(
    form: Form,
    digits: &[u8],
    alone: bool,
    said: impl Fn() -> bool,
    own: impl Fn() -> Option<Sum>,
) -> bool {
    let asked = OnceCell::new();
    (8..=18).contains(&digits.len())
        && forms(form).any(|(known, need, sum)| {
            *known == form
                && (alone && *need == Nothing || *asked.get_or_init(&said))
                && sum(digits)
                && !uniform(digits)
                && (alone && *need == Nothing || own().is_none_or(|own| own(digits)))
        })
}

/// Those of [`FORMS`] that may be this one.
fn forms(form: Form) -> impl Iterator<Item = &'static (Form, Need, Sum)> {
    let mut rows = ROWS.get(form.hash(ROW_BITS)).copied().unwrap_or(0);
    core::iter::from_fn(move || {
        let row = rows.trailing_zeros();
        rows &= rows.wrapping_sub(1);
        FORMS.get(row as usize)
    })
}

const ROW_BITS: u32 = 6;

/// For each hash of a form the rows of [`FORMS`] that have it, one bit each.
static ROWS: [u128; 1 << ROW_BITS] = rows();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn rows() -> [u128; 1 << ROW_BITS] {
    let mut rows = [0; 1 << ROW_BITS];
    let mut row = 0;
    while row < FORMS.len() {
        rows[FORMS[row].0.hash(ROW_BITS)] |= 1 << row;
        row += 1;
    }
    rows
}

const fn of(written: &str) -> Form {
    Form::of(written)
}
