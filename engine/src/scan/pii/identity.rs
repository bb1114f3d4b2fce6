//! Numbers that states and insurers give to people and that carry a check: those of digits only.
//!
//! A form is how the number is written, `d` for a digit. One in ten to one in a hundred numbers at random pass most
//! of the sums, so plain digits and common groupings need a word beside them ([`Need::Word`]); punctuation that
//! nothing else has, or several sums and a date, do not.

use core::cell::OnceCell;

use super::checks::{luhn, mod11_10, uniform};
use super::form::Form;
use super::persons::{
    aadhaar, ahv, amka, australian_business, australian_company, australian_tax, baltic, belgian, bsn,
    canadian, chinese, cnp, cnpj, cpf, cuit, czech, egn, german_tax, jmbg, korean, medicare, my_number, nhs,
    nir, norwegian, npi, pesel, portuguese, routing, rut, south_african, swedish, tckn, thai,
};

/// Whether a form speaks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    Word,
}
use Need::{Nothing, Word};

type Sum = fn(&[u8]) -> bool;

#[rustfmt::skip]
pub(super) const FORMS: &[(Form, Need, Sum)] = &[
    // Australia: tax file number, business and company number, Medicare.
    (of("ddddddddd"), Word, australian_tax), (of("ddd ddd ddd"), Word, australian_tax),
    (of("ddddddddddd"), Word, australian_business), (of("dd ddd ddd ddd"), Nothing, australian_business),
    (of("ddddddddd"), Word, australian_company), (of("ddd ddd ddd"), Word, australian_company),
    (of("dddddddddd"), Word, medicare), (of("dddd ddddd d"), Nothing, medicare),
    // Argentina: CUIT.
    (of("ddddddddddd"), Word, cuit), (of("dd-dddddddd-d"), Nothing, cuit),
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
    // Croatia: OIB.
    (of("ddddddddddd"), Word, mod11_10),
    // Czechia and Slovakia: rodné číslo.
    (of("dddddddddd"), Word, czech), (of("dddddd/dddd"), Nothing, czech),
    // Estonia, Lithuania.
    (of("ddddddddddd"), Word, baltic),
    // France: NIR with its key.
    (of("ddddddddddddddd"), Nothing, nir), (of("d dd dd dd ddd ddd dd"), Nothing, nir),
    // Germany: tax identification.
    (of("ddddddddddd"), Word, german_tax), (of("dd ddd ddd ddd"), Word, german_tax),
    // Greece: AMKA.
    (of("ddddddddddd"), Word, amka),
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
    // Netherlands: BSN.
    (of("ddddddddd"), Word, bsn), (of("dddd.dd.ddd"), Nothing, bsn),
    // Norway.
    (of("ddddddddddd"), Nothing, norwegian), (of("dddddd ddddd"), Nothing, norwegian),
    // Poland: PESEL.
    (of("ddddddddddd"), Word, pesel),
    // Portugal: NIF.
    (of("ddddddddd"), Word, portuguese), (of("ddd ddd ddd"), Word, portuguese),
    // Romania: CNP. The states of old Yugoslavia: JMBG.
    (of("ddddddddddddd"), Word, cnp), (of("ddddddddddddd"), Word, jmbg),
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

/// Whether the number, of this form and these digits, is one; `alone` if it may be without a word, `said` whether a
/// word says so.
pub(super) fn is_identity(form: Form, digits: &[u8], alone: bool, said: impl Fn() -> bool) -> bool {
    let asked = OnceCell::new();
    (9..=18).contains(&digits.len())
        && forms(form).any(|(known, need, sum)| {
            *known == form
                && (alone && *need == Nothing || *asked.get_or_init(&said))
                && sum(digits)
                && !uniform(digits)
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
