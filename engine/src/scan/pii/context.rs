//! What the words around a number say it is. The nearest word that says anything decides.

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
/// How far behind a number its words are looked for.
const AFTER_BYTES: usize = 28;
/// How far a row and a head of a CSV table are read.
const TABLE_BYTES: usize = 200;

/// What is said of the number at `at`: by the head of its column, the words before it, or the name of its member.
pub(super) fn topic(text: &Text<'_>, at: usize) -> Option<Topic> {
    match column(text.bytes, at) {
        Some(name) => named(name),
        None => said_before(text.bytes, at).or_else(|| text.key.and_then(|key| named(key.as_bytes()))),
    }
}

/// What the name of a member or column says of its value.
fn named(name: &[u8]) -> Option<Topic> {
    nearest(Words { rest: tail(name, BEFORE_BYTES) }.take(NAME_WORDS))
}

/// What the words behind a number say.
pub(super) fn said_after(bytes: &[u8], end: usize) -> Option<Topic> {
    let rest = bytes.get(end..)?;
    let rest = rest.get(..AFTER_BYTES).unwrap_or(rest);
    let rest = rest.split(|byte| matches!(byte, b'\n' | b'.' | b';' | b':')).next()?;
    // The last word may be cut off.
    let mut found = None;
    for word in (Words { rest }) {
        found = classify(word.letters).filter(|topic| *topic != Topic::Other).or(found);
    }
    found
}

/// Whether a label stands directly before the number: a word that says the same, then at most `: ` or the like.
pub(super) fn labelled(text: &Text<'_>, at: usize, topic: Topic) -> bool {
    let before = text.bytes.get(..at).unwrap_or_default();
    let punctuation =
        |byte: &u8| matches!(byte, b':' | b'=' | b' ' | b'"' | b'\'' | b'(' | b'+' | b'.' | b'\n');
    let gap = before.iter().rev().take(6).take_while(|byte| punctuation(byte)).count();
    let rest = before.get(..before.len().saturating_sub(gap)).unwrap_or_default();
    if rest.is_empty() {
        return text.key.and_then(|key| named(key.as_bytes())) == Some(topic);
    }
    let rest = tail(rest, BEFORE_BYTES);
    gap > 0 && Words { rest }.next().and_then(|word| classify(word.letters)) == Some(topic)
}

fn said_before(bytes: &[u8], at: usize) -> Option<Topic> {
    let mut words = Words { rest: tail(bytes.get(..at)?, BEFORE_BYTES) }.take(BEFORE_WORDS).enumerate();
    // A sentence that has ended spoke of something else.
    nearest(core::iter::from_fn(|| {
        words.next().filter(|(asked, word)| *asked == 0 || !word.ends_sentence).map(|(_, word)| word)
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
    let near = tail(before, TABLE_BYTES);
    let front = near.get(near.iter().rposition(|byte| *byte == b'\n')? + 1..)?;
    let line = |text: &'t [u8]| {
        let text = text.get(..TABLE_BYTES).unwrap_or(text);
        text.split(|byte| *byte == b'\n').next().unwrap_or_default()
    };
    let (head, back) = (line(bytes), line(bytes.get(at..)?));
    let delimiter = if delimiter == b'\n' { b',' } else { delimiter };
    let fields = |text: &[u8]| text.iter().filter(|byte| **byte == delimiter).count();
    let field = fields(front);
    // A table has as many fields in each row as in its head; one column is a table if its name says so.
    let name = head.split(|byte| *byte == delimiter).nth(field)?;
    let is_table = fields(head) == field + fields(back) && (fields(head) > 0 || named(name).is_some());
    is_table.then_some(name)
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
    ends_sentence: bool,
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;
    fn next(&mut self) -> Option<Word<'t>> {
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
        let end = self.rest.iter().rposition(is_letter)? + 1;
        let (run, behind) = self.rest.split_at_checked(end)?;
        let start = run.iter().rposition(|byte| !is_letter(byte)).map_or(0, |at| at + 1);
        let run = run.get(start..)?;
        let hump = run.windows(2).rposition(
            |two| matches!(two, [small, large] if small.is_ascii_lowercase() && large.is_ascii_uppercase()),
        );
        let hump = hump.map_or(0, |at| at + 1);
        self.rest = self.rest.get(..start + hump)?;
        let letters = run.get(hump..)?;
        // What ends `tel.` is no sentence.
        let stop = behind.windows(2).position(|two| matches!(two, [b'.' | b'!' | b'?' | b';', b' ' | b'\n']));
        let ends_sentence = stop.is_some_and(|place| place > 0 || letters.len() > 4);
        Some(Word { letters, ends_sentence })
    }
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
    let stems: [(&[u8], Topic); 14] = [
        (b"phone", Topic::Phone),
        (b"telef", Topic::Phone),
        (b"telep", Topic::Phone),
        (b"mobil", Topic::Phone),
        (b"handynu", Topic::Phone),
        (b"whatsapp", Topic::Phone),
        (b"creditc", Topic::Card),
        (b"kreditk", Topic::Card),
        (b"cardn", Topic::Card),
        (b"steuer", Topic::Identity),
        (b"identi", Topic::Identity),
        (b"personnu", Topic::Identity),
        (b"citizen", Topic::Identity),
        (b"timest", Topic::Other),
    ];
    exact(word).or_else(|| stems.iter().find(|(stem, _)| word.starts_with(stem)).map(|(_, topic)| *topic))
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
        | b"bel" | b"komorka" | b"ring" => Topic::Phone,
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
    const PARTS: [(&str, Topic); 29] = [
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
        ("τηλ", Topic::Phone),
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
    let holds = |part: &[u8]| word.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    PARTS.iter().find(|(part, _)| holds(part.as_bytes())).map(|(_, topic)| *topic)
}
