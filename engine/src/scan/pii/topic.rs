//! What words say of a number beside them, in the languages that forms and records are mostly written in.

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

/// What a word, of letters only, says by itself.
pub(super) fn classify(word: &[u8]) -> Option<Topic> {
    let mut small = Small::default();
    let mut all = 0;
    for (small, byte) in small.iter_mut().zip(word) {
        all |= byte;
        // The bit that makes a letter a small one.
        *small = byte | 0x20;
    }
    if !all.is_ascii() || !word.get(small.len()..).unwrap_or_default().is_ascii() {
        return foreign(word);
    }
    let word = small.get(..word.len().min(small.len()))?;
    exact(&small, word).or_else(|| stem(word))
}

/// A word in small letters, and noughts; what is longer is cut.
type Small = [u8; 24];

/// Words by how they begin, which is told by five letters and more.
fn stem(word: &[u8]) -> Option<Topic> {
    let (front, rest) = word.split_at_checked(5)?;
    match front {
        b"phone" | b"telef" | b"telep" | b"mobil" => Some(Topic::Phone),
        b"handy" if rest.starts_with(b"nu") => Some(Topic::Phone),
        b"whats" if rest.is_empty() || rest.starts_with(b"app") => Some(Topic::Phone),
        b"credi" if rest.starts_with(b"tc") => Some(Topic::Card),
        b"kredi" if rest.starts_with(b"tk") => Some(Topic::Card),
        b"cardn" => Some(Topic::Card),
        b"steue" if rest.starts_with(b"r") => Some(Topic::Identity),
        b"ident" if rest.starts_with(b"i") => Some(Topic::Identity),
        b"perso" if rest.starts_with(b"nnu") => Some(Topic::Identity),
        b"citiz" if rest.starts_with(b"en") => Some(Topic::Identity),
        b"sozia" if rest.starts_with(b"lv") => Some(Topic::Identity),
        b"rente" if rest.starts_with(b"nv") => Some(Topic::Identity),
        b"times" if rest.starts_with(b"t") => Some(Topic::Other),
        _ => None,
    }
}

/// Whole words.
fn exact(small: &Small, word: &[u8]) -> Option<Topic> {
    let mut slot = hash(small);
    while let Some([list, number]) = SLOTS.get(slot).copied() {
        let (words, topic) = EXACT.get(usize::from(list))?;
        if words.get(usize::from(number)).is_some_and(|known| *known == word) {
            return Some(*topic);
        }
        slot = (slot + 1) % SLOTS.len();
    }
    None
}

const SLOT_BITS: u32 = 10;
/// Of no list.
const FREE: [u8; 2] = [u8::MAX; 2];

/// For each hash of a word, or the next free slot behind, its list in [`EXACT`] and its number there.
static SLOTS: [[u8; 2]; 1 << SLOT_BITS] = slots();

#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated by the compiler")]
const fn slots() -> [[u8; 2]; 1 << SLOT_BITS] {
    let mut slots = [FREE; _];
    let mut list = 0;
    while list < EXACT.len() {
        let mut number = 0;
        while number < EXACT[list].0.len() {
            let word = EXACT[list].0[number];
            let mut small = [0; _];
            small.split_at_mut(word.len()).0.copy_from_slice(word);
            let mut slot = hash(&small);
            while slots[slot][0] != FREE[0] {
                slot = (slot + 1) % slots.len();
            }
            slots[slot] = [list as u8, number as u8];
            number += 1;
        }
        list += 1;
    }
    slots
}

const fn hash(word: &Small) -> usize {
    let [a, b, c] = word.as_chunks::<8>().0 else { return 0 };
    let mixed = u64::from_le_bytes(*a)
        ^ u64::from_le_bytes(*b).rotate_left(21)
        ^ u64::from_le_bytes(*c).rotate_left(42);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOT_BITS)) as usize
}

/// Words of the languages that forms and records are mostly written in. No word is in two of the lists.
#[rustfmt::skip]
const EXACT: [(&[&[u8]], Topic); 6] = [
    (&[
        b"tel", b"tels", b"tlf", b"mob", b"cell", b"cellphone", b"cells", b"cellular", b"celular", b"call",
        b"calling", b"callback", b"caller", b"dial", b"fax", b"contact", b"contacts", b"sms", b"msisdn", b"landline",
        b"hotline", b"helpline", b"voicemail", b"pager", b"movil", b"portable", b"handy", b"rufnummer", b"festnetz",
        b"puhelin", b"matkapuhelin", b"puh", b"gsm", b"cep", b"numara", b"fono", b"anruf", b"anrufen", b"llame",
        b"llamar", b"appeler", b"appelez", b"ligue", b"chiamare", b"chiama", b"bel", b"komorka", b"cellulare",
        b"telemovel", b"ring", b"ph", b"cel", b"mobiel", b"mobitel", b"nohp", b"sdt", b"tfno", b"tlfn"
    ], Topic::Phone),
    (&[
        b"card", b"cards", b"cc", b"ccn", b"pan", b"visa", b"mastercard", b"amex", b"maestro", b"discover", b"diners",
        b"jcb", b"unionpay", b"debit", b"credit", b"tarjeta", b"carte", b"karte", b"carta", b"kort", b"cartao",
        b"kaart", b"kortti", b"karta"
    ], Topic::Card),
    (&[b"ssn", b"ssns", b"social"], Topic::Social),
    (&[
        b"nhs", b"cpf", b"cnpj", b"nif", b"nie", b"dni", b"cif", b"codice", b"fiscal", b"fiscale", b"idnr", b"nir",
        b"insee", b"bsn", b"sofinummer", b"burgerservicenummer", b"rijksregisternummer", b"pesel", b"regon", b"nip",
        b"pnr", b"personnr", b"orgnr", b"hetu", b"henkilotunnus", b"cpr", b"fnr", b"fodselsnummer", b"aadhaar",
        b"aadhar", b"uidai", b"uid", b"nric", b"fin", b"tfn", b"abn", b"acn", b"medicare", b"sin", b"nas", b"rrn",
        b"tckn", b"tc", b"kimlik", b"curp", b"rfc", b"npi", b"provider", b"national", b"resident", b"residence",
        b"passport", b"pass", b"ausweis", b"personalausweis", b"reisepass", b"tax", b"taxid", b"taxpayer", b"tin",
        b"vat", b"vatin", b"nino", b"pps", b"ppsn", b"egn", b"cnp", b"oib", b"jmbg", b"isikukood", b"amka", b"afm",
        b"cuit", b"cuil", b"rut", b"patient", b"insurance", b"insured", b"krankenversicherung", b"versichertennummer",
        b"kvnr", b"routing", b"aba", b"rtn", b"teudat", b"zehut", b"hkid", b"tnin", b"rsa", b"ahv", b"avs",
        b"svnr", b"vsnr", b"rvnr", b"taj", b"embg", b"emso", b"umcn", b"kennitala", b"cedula", b"nit", b"rif", b"nuip",
        b"snils", b"rnokpp", b"ipn", b"personas", b"asmens", b"rodne", b"ird", b"iva", b"piva", b"nss", b"nuss", b"itin",
        b"nid", b"nin", b"gstin", b"ruc", b"tckimlik", b"codicefiscale"
    ], Topic::Identity),
    (&[
        b"version", b"versions", b"v", b"ver", b"release", b"released", b"releases", b"build", b"revision", b"rev",
        b"firmware", b"section", b"chapter", b"clause", b"oid", b"driver", b"sdk", b"kernel", b"upgrade", b"upgraded"
    ], Topic::Version),
    (&[
        b"order", b"orders", b"tracking", b"invoice", b"sha", b"md", b"hash", b"commit", b"epoch", b"ts", b"time",
        b"date", b"isbn", b"issn", b"ean", b"upc", b"gtin", b"sku", b"serial", b"imei", b"price", b"amount", b"total",
        b"balance", b"cost", b"lat", b"lon", b"lng", b"latitude", b"longitude", b"size", b"bytes", b"length",
        b"count", b"offset", b"port", b"pid", b"uuid", b"guid", b"id", b"ids", b"ref", b"reference", b"zip",
        b"zipcode", b"postal", b"postcode", b"plz", b"range", b"year", b"code", b"product", b"item", b"quantity",
        b"qty", b"transaction", b"txn", b"duration", b"ms", b"ns", b"seconds", b"issue", b"pull", b"pr", b"ticket",
        b"case", b"license", b"licence", b"created", b"updated", b"seed", b"nonce", b"checksum", b"score", b"index",
        b"weight", b"width", b"height", b"revenue", b"population", b"batch", b"container", b"parcel", b"shipment"
    ], Topic::Other),
];

/// Words with letters outside ASCII; in scripts without blanks, parts of what stands there.
fn foreign(word: &[u8]) -> Option<Topic> {
    const PARTS: &[(&str, Topic)] = &[
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
        ("फोन", Topic::Phone),
        ("फ़ोन", Topic::Phone),
        ("mòbil", Topic::Phone),
        ("móvil", Topic::Phone),
        ("tél", Topic::Phone),
        ("komórk", Topic::Phone),
        ("móvel", Topic::Phone),
        ("telé", Topic::Phone),
        ("điện", Topic::Phone),
        ("cartão", Topic::Card),
        ("卡号", Topic::Card),
        ("カード", Topic::Card),
        ("карт", Topic::Card),
        ("身份证", Topic::Identity),
        ("주민", Topic::Identity),
        ("ประชาชน", Topic::Identity),
        ("휴대", Topic::Phone),
        ("핸드폰", Topic::Phone),
        ("มือถือ", Topic::Phone),
        ("เบอร์", Topic::Phone),
        ("تلفن", Topic::Phone),
        ("موبایل", Topic::Phone),
        ("همراه", Topic::Phone),
        ("محمول", Topic::Phone),
        ("נייד", Topic::Phone),
        ("मोबाइल", Topic::Phone),
        ("ফোন", Topic::Phone),
        ("মোবাইল", Topic::Phone),
        ("Тел", Topic::Phone),
        ("ТЕЛ", Topic::Phone),
        ("Моб", Topic::Phone),
        ("МОБ", Topic::Phone),
        ("сотов", Topic::Phone),
        ("Сотов", Topic::Phone),
        ("Τηλ", Topic::Phone),
        ("ΤΗΛ", Topic::Phone),
        ("Κινητ", Topic::Phone),
        ("Điện", Topic::Phone),
        ("ĐT", Topic::Phone),
        ("ტელ", Topic::Phone),
        ("հեռ", Topic::Phone),
        ("Հեռ", Topic::Phone),
        ("tālr", Topic::Phone),
        ("telef", Topic::Phone),
        ("mobil", Topic::Phone),
        ("身分證", Topic::Identity),
        ("身份證", Topic::Identity),
        ("マイナンバー", Topic::Identity),
        ("個人番号", Topic::Identity),
        ("זהות", Topic::Identity),
        ("ملی", Topic::Identity),
        ("هوية", Topic::Identity),
        ("هویة", Topic::Identity),
        ("ИНН", Topic::Identity),
        ("СНИЛС", Topic::Identity),
        ("ІПН", Topic::Identity),
        ("РНОКПП", Topic::Identity),
        ("ЕМБГ", Topic::Identity),
        ("ЈМБГ", Topic::Identity),
        ("ЕГН", Topic::Identity),
        ("ΑΜΚΑ", Topic::Identity),
        ("αμκα", Topic::Identity),
        ("ΑΦΜ", Topic::Identity),
        ("αφμ", Topic::Identity),
        ("identi", Topic::Identity),
        ("cédul", Topic::Identity),
        ("rodné", Topic::Identity),
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
