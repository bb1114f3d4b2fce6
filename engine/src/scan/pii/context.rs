//! What the words around a number say it is. The nearest word that says anything decides.

use core::cell::{Cell, OnceCell};
use core::cmp::Ordering;
use core::ops::Range;

use crate::scan::Text;

/// What a word says of a number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Phone,
    Card,
    /// US social security.
    Social,
    /// Any number that a state or insurer gave a person.
    Identity,
    Version,
    /// Anything that is not personal: orders, times, sizes.
    Other,
}

/// How far before a number its words are looked for.
const BEFORE_BYTES: usize = 56;
/// How many words before a number are asked.
const BEFORE_WORDS: usize = 7;
/// How many words of a name are asked.
const NAME_WORDS: usize = 4;
/// How near a word has to be to say that a number is *not* personal.
const OTHER_WORDS: usize = 2;
/// How much punctuation may stand between a label and its number.
const LABEL_GAP_BYTES: usize = 6;
/// How far behind a number its words are looked for.
const AFTER_BYTES: usize = 28;
/// How far a row and a head of a CSV table are read.
const TABLE_BYTES: usize = 200;

/// The farthest that any word before a number is looked for, punctuation between them included.
const REACH_BYTES: usize = BEFORE_BYTES + LABEL_GAP_BYTES;

/// What stands around the numbers of one run. They are asked about from the first to the last.
#[derive(Debug)]
pub(super) struct Context<'t> {
    text: &'t Text<'t>,
    /// What the name of the member says.
    named: OnceCell<Option<Topic>>,
    /// From where to where there are known to be no letters: most numbers of a long run have none near them.
    silent: Cell<(usize, usize)>,
}

impl<'t> Context<'t> {
    pub(super) fn new(text: &'t Text<'t>) -> Context<'t> {
        Context { text, named: OnceCell::new(), silent: Cell::new((0, 0)) }
    }

    /// What is said of the number at `at`: by the head of its column, the words before it, or the name of its member.
    pub(super) fn topic(&self, at: usize) -> Option<Topic> {
        match column(self.text.bytes, at) {
            Some(name) => named(name),
            None if self.is_silent(at.saturating_sub(REACH_BYTES)..at) => self.named(),
            None => said_before(self.text.bytes, at).or_else(|| self.named()),
        }
    }

    /// Whether a label stands directly before the number: a word that says the same, then at most `: ` or the like.
    pub(super) fn labelled(&self, at: usize, topic: Topic) -> bool {
        let before = self.text.bytes.get(..at).unwrap_or_default();
        let punctuation =
            |byte: &u8| matches!(byte, b':' | b'=' | b' ' | b'"' | b'\'' | b'(' | b'+' | b'.' | b'\n');
        let gap = before.iter().rev().take(LABEL_GAP_BYTES).take_while(|byte| punctuation(byte)).count();
        let rest = before.get(..before.len().saturating_sub(gap)).unwrap_or_default();
        if rest.is_empty() {
            return self.named() == Some(topic);
        }
        if gap == 0 || self.is_silent(at.saturating_sub(REACH_BYTES)..at) {
            return false;
        }
        let rest = tail(rest, BEFORE_BYTES);
        Words { rest }.next().and_then(|word| classify(word.letters)) == Some(topic)
    }

    fn named(&self) -> Option<Topic> {
        *self.named.get_or_init(|| self.text.key.and_then(|key| named(key.as_bytes())))
    }

    /// What the words behind a number at this place say.
    pub(super) fn said_after(&self, number: &Range<usize>) -> Option<Topic> {
        let rest = self.text.bytes.get(number.end..)?;
        let rest = rest.get(..AFTER_BYTES).unwrap_or(rest);
        if self.is_silent(number.start..number.end + rest.len()) {
            return None;
        }
        let rest = rest.split(|byte| matches!(byte, b'\n' | b'.' | b';' | b':')).next()?;
        // The last word may be cut off.
        let mut found = None;
        for word in (Words { rest }) {
            found = classify(word.letters).filter(|topic| *topic != Topic::Other).or(found);
        }
        found
    }

    /// Whether no letter is there. What is asked for overlaps within a run, and each byte is read about once.
    fn is_silent(&self, place: Range<usize>) -> bool {
        let (from, to) = self.silent.get();
        let known = (from..=to).contains(&place.start);
        let (from, to) = if known { (from, to) } else { (place.start, place.start) };
        let unread = self.text.bytes.get(to..place.end).unwrap_or_default();
        let read = unread.iter().position(is_letter);
        self.silent.set((from, to + read.unwrap_or(unread.len())));
        read.is_none()
    }
}

/// What the name of a member or column says of its value.
fn named(name: &[u8]) -> Option<Topic> {
    nearest(Words { rest: tail(name, BEFORE_BYTES) }.take(NAME_WORDS))
}

fn said_before(bytes: &[u8], at: usize) -> Option<Topic> {
    let mut words = Words { rest: tail(bytes.get(..at)?, BEFORE_BYTES) }.take(BEFORE_WORDS).enumerate();
    // A sentence that has ended spoke of something else.
    nearest(core::iter::from_fn(|| {
        words.next().filter(|(asked, word)| *asked == 0 || !word.ends_sentence()).map(|(_, word)| word)
    }))
}

/// What the nearest word that says anything says. `id` is anything's, unless `tax` or the like is before it.
fn nearest<'t>(words: impl Iterator<Item = Word<'t>>) -> Option<Topic> {
    let mut doubt = None;
    for (asked, word) in words.enumerate() {
        let said = classify(word.letters);
        match (doubt, said) {
            (Some(_), Some(Topic::Identity | Topic::Social)) => return said,
            (Some(_), _) => return doubt,
            (None, Some(Topic::Other | Topic::Version)) if asked >= OTHER_WORDS => return None,
            (None, Some(Topic::Other)) => doubt = said,
            (None, Some(_)) => return said,
            (None, None) => {}
        }
    }
    doubt
}

/// The name, in the first line of a table, of the column that the number at `at` begins a field of.
fn column<'t>(bytes: &'t [u8], at: usize) -> Option<&'t [u8]> {
    let before = bytes.get(..at)?;
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let delimiter = *before.last()?;
    if !matches!(delimiter, b',' | b';' | b'\t' | b'|' | b'\n') {
        return None;
    }
    let delimiter = if delimiter == b'\n' { b',' } else { delimiter };
    let mut field = 0;
    let mut front = before.iter().rev().take(TABLE_BYTES);
    front.find(|byte| {
        field += usize::from(**byte == delimiter);
        **byte == b'\n'
    })?;
    let line = |text: &'t [u8]| text.iter().take(TABLE_BYTES).take_while(|byte| **byte != b'\n');
    // A table has as many fields in each row as in its head; one column is a table if its name says so.
    let (mut fields, mut from, mut to) = (0, 0, None);
    let mut len = 0;
    for byte in line(bytes) {
        if *byte == delimiter {
            match fields.cmp(&field) {
                Ordering::Less => from = len + 1,
                Ordering::Equal => to = Some(len),
                Ordering::Greater => {}
            }
            fields += 1;
        }
        len += 1;
    }
    let name = bytes.get(from..to.unwrap_or(len))?;
    let row = field + line(bytes.get(at..)?).filter(|byte| **byte == delimiter).count();
    (fields == row && (fields > 0 || named(name).is_some())).then_some(name)
}

fn tail(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(len)..).unwrap_or_default()
}

/// Words from the last to the first: letters of any script; `clientIp` is two.
#[derive(Debug)]
struct Words<'t> {
    rest: &'t [u8],
}

#[derive(Debug)]
struct Word<'t> {
    letters: &'t [u8],
    behind: &'t [u8],
}

impl Word<'_> {
    /// Whether a sentence ends behind it. What ends `tel.` is no sentence.
    fn ends_sentence(&self) -> bool {
        let stop =
            self.behind.windows(2).position(|two| matches!(two, [b'.' | b'!' | b'?' | b';', b' ' | b'\n']));
        stop.is_some_and(|place| place > 0 || self.letters.len() > 4)
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;
    fn next(&mut self) -> Option<Word<'t>> {
        let end = self.rest.iter().rposition(is_letter)? + 1;
        let (run, behind) = self.rest.split_at_checked(end)?;
        let mut large = false;
        let start = run.iter().rposition(|byte| {
            let starts = !is_letter(byte) || large && byte.is_ascii_lowercase();
            large = byte.is_ascii_uppercase();
            starts
        });
        let start = start.map_or(0, |before| before + 1);
        let (rest, letters) = run.split_at_checked(start)?;
        self.rest = rest;
        Some(Word { letters, behind })
    }
}

fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

/// What a word says by itself.
fn classify(word: &[u8]) -> Option<Topic> {
    if !word.is_ascii() {
        return foreign(word);
    }
    let mut small = [0; 20];
    for (small, byte) in small.iter_mut().zip(word) {
        *small = byte.to_ascii_lowercase();
    }
    let word = small.get(..word.len().min(small.len()))?;
    exact(word).or_else(|| stem(word))
}

/// Words by how they begin, which is told by five letters and more.
fn stem(word: &[u8]) -> Option<Topic> {
    let (front, rest) = word.split_at_checked(5)?;
    match front {
        b"phone" | b"telef" | b"telep" | b"mobil" => Some(Topic::Phone),
        b"handy" if rest.starts_with(b"nu") => Some(Topic::Phone),
        b"whats" if rest.starts_with(b"app") => Some(Topic::Phone),
        b"credi" if rest.starts_with(b"tc") => Some(Topic::Card),
        b"kredi" if rest.starts_with(b"tk") => Some(Topic::Card),
        b"cardn" => Some(Topic::Card),
        b"steue" if rest.starts_with(b"r") => Some(Topic::Identity),
        b"ident" if rest.starts_with(b"i") => Some(Topic::Identity),
        b"perso" if rest.starts_with(b"nnu") => Some(Topic::Identity),
        b"citiz" if rest.starts_with(b"en") => Some(Topic::Identity),
        b"times" if rest.starts_with(b"t") => Some(Topic::Other),
        _ => None,
    }
}

/// Whole words, of the languages that forms and records are mostly written in.
#[rustfmt::skip]
fn exact(word: &[u8]) -> Option<Topic> {
    Some(match word {
        b"tel" | b"tels" | b"tlf" | b"mob" | b"cell" | b"cellphone" | b"cells" | b"cellular" | b"celular" | b"call"
        | b"calling" | b"callback" | b"caller" | b"dial" | b"fax" | b"contact" | b"contacts" | b"sms" | b"msisdn"
        | b"landline" | b"hotline" | b"helpline" | b"voicemail" | b"pager" | b"movil" | b"portable" | b"handy"
        | b"rufnummer" | b"festnetz" | b"puhelin" | b"matkapuhelin" | b"puh" | b"gsm" | b"cep" | b"numara" | b"fono"
        | b"anruf" | b"anrufen" | b"llame" | b"llamar" | b"appeler" | b"appelez" | b"ligue" | b"chiamare" | b"chiama"
        | b"bel" | b"komorka" | b"cellulare" | b"telemovel" | b"ring" => Topic::Phone,
        b"card" | b"cards" | b"cc" | b"ccn" | b"pan" | b"visa" | b"mastercard" | b"amex" | b"maestro" | b"discover"
        | b"diners" | b"jcb" | b"unionpay" | b"debit" | b"credit" | b"tarjeta" | b"carte" | b"karte" | b"carta"
        | b"kort" | b"cartao" | b"kaart" | b"kortti" | b"karta" => Topic::Card,
        b"ssn" | b"ssns" | b"social" => Topic::Social,
        b"nhs" | b"cpf" | b"cnpj" | b"nif" | b"nie" | b"dni" | b"cif" | b"codice" | b"fiscal" | b"fiscale" | b"idnr"
        | b"nir" | b"insee" | b"bsn" | b"sofinummer" | b"burgerservicenummer" | b"rijksregisternummer" | b"pesel"
        | b"regon" | b"nip" | b"pnr" | b"personnr" | b"orgnr" | b"hetu" | b"henkilotunnus" | b"cpr" | b"fnr"
        | b"fodselsnummer" | b"aadhaar" | b"aadhar" | b"uidai" | b"uid" | b"nric" | b"fin" | b"tfn" | b"abn" | b"acn"
        | b"medicare" | b"sin" | b"nas" | b"rrn" | b"tckn" | b"tc" | b"kimlik" | b"curp" | b"rfc" | b"npi"
        | b"provider" | b"national" | b"resident" | b"residence" | b"passport" | b"pass" | b"ausweis"
        | b"personalausweis" | b"reisepass" | b"tax" | b"taxid" | b"taxpayer" | b"tin" | b"vat" | b"vatin" | b"nino"
        | b"pps" | b"ppsn" | b"egn" | b"cnp" | b"oib" | b"jmbg" | b"isikukood" | b"amka" | b"afm" | b"cuit" | b"cuil"
        | b"rut" | b"patient" | b"insurance" | b"insured" | b"krankenversicherung" | b"versichertennummer" | b"kvnr"
        | b"routing" | b"aba" | b"rtn" | b"teudat" | b"zehut" | b"hkid" | b"tnin" | b"rsa" | b"ahv" | b"avs" => {
            Topic::Identity
        }
        b"version" | b"versions" | b"v" | b"ver" | b"release" | b"released" | b"releases" | b"build" | b"revision"
        | b"rev" | b"firmware" | b"section" | b"chapter" | b"clause" | b"oid" | b"driver" | b"sdk" | b"kernel"
        | b"upgrade" | b"upgraded" => Topic::Version,
        b"order" | b"orders" | b"tracking" | b"invoice" | b"sha" | b"md" | b"hash" | b"commit" | b"epoch" | b"ts"
        | b"time" | b"date" | b"isbn" | b"issn" | b"ean" | b"upc" | b"gtin" | b"sku" | b"serial" | b"imei" | b"price"
        | b"amount" | b"total" | b"balance" | b"cost" | b"lat" | b"lon" | b"lng" | b"latitude" | b"longitude"
        | b"size" | b"bytes" | b"length" | b"count" | b"offset" | b"port" | b"pid" | b"uuid" | b"guid" | b"id"
        | b"ids" | b"ref" | b"reference" | b"zip" | b"zipcode" | b"postal" | b"postcode" | b"plz" | b"range" | b"year"
        | b"code" | b"product" | b"item" | b"quantity" | b"qty" | b"transaction" | b"txn" | b"duration" | b"ms"
        | b"ns" | b"seconds" | b"issue" | b"pull" | b"pr" | b"ticket" | b"case" | b"license" | b"licence" | b"created"
        | b"updated" | b"seed" | b"nonce" | b"checksum" | b"score" | b"index" | b"weight" | b"width" | b"height"
        | b"revenue" | b"population" | b"batch" | b"container" | b"parcel" | b"shipment" => Topic::Other,
        _ => return None,
    })
}

/// Words with letters outside ASCII; in scripts without blanks, parts of what stands there.
fn foreign(word: &[u8]) -> Option<Topic> {
    const PARTS: [(&str, Topic); 33] = [
        ("電話", Topic::Phone),
        ("电话", Topic::Phone),
        ("手机", Topic::Phone),
        ("手機", Topic::Phone),
        ("携帯", Topic::Phone),
        ("联系", Topic::Phone),
        ("전화", Topic::Phone),
        ("연락처", Topic::Phone),
        ("โทร", Topic::Phone),
        ("هاتف", Topic::Phone),
        ("جوال", Topic::Phone),
        ("טלפון", Topic::Phone),
        ("фон", Topic::Phone),
        ("тел", Topic::Phone),
        ("моб", Topic::Phone),
        ("τηλ", Topic::Phone),
        ("κινητ", Topic::Phone),
        ("komórk", Topic::Phone),
        ("móvel", Topic::Phone),
        ("फोन", Topic::Phone),
        ("फ़ोन", Topic::Phone),
        ("mòbil", Topic::Phone),
        ("móvil", Topic::Phone),
        ("tél", Topic::Phone),
        ("telé", Topic::Phone),
        ("điện", Topic::Phone),
        ("cartão", Topic::Card),
        ("卡号", Topic::Card),
        ("カード", Topic::Card),
        ("карт", Topic::Card),
        ("身份证", Topic::Identity),
        ("주민", Topic::Identity),
        ("ประชาชน", Topic::Identity),
    ];
    // Few words have even the first byte of a part.
    let bit = |byte: &u8| 1_u64 << (byte.to_ascii_lowercase() & 63);
    let present = word.iter().fold(0, |present, byte| present | bit(byte));
    let holds = |part: &[u8]| {
        part.first().is_some_and(|first| present & bit(first) != 0)
            && word.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
    };
    PARTS.iter().find(|(part, _)| holds(part.as_bytes())).map(|(_, topic)| *topic)
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_remembered_of_a_run_changes_no_answer(
            text in "(tel|card|id|é|\u{a0}|[0-9 .,\n]{1,30}){1,6}", key in prop::option::of("phone|x"),
        ) {
            let text = Text { bytes: text.as_bytes(), key: key.as_deref() };
            let run = Context::new(&text);
            for at in 0..text.bytes.len() {
                let number = at..(at + at % 9).min(text.bytes.len());
                prop_assert_eq!(run.topic(at), Context::new(&text).topic(at));
                prop_assert_eq!(run.said_after(&number), Context::new(&text).said_after(&number));
                for topic in [Topic::Phone, Topic::Card] {
                    prop_assert_eq!(run.labelled(at, topic), Context::new(&text).labelled(at, topic));
                }
                let before = said_before(text.bytes, at).or_else(|| run.named());
                if column(text.bytes, at).is_none() {
                    prop_assert_eq!(run.topic(at), before);
                }
            }
        }
    }
}
