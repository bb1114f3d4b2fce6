//! Whatever order a proxy calls in.

use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Head(bool),
    Held(usize),
    Body(usize),
    AnswerHead(u16, bool),
    AnswerHeld(usize),
    AnswerBody,
    Chunk(bool),
    Failure,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<bool>().prop_map(Step::Head),
        (0_usize..5000).prop_map(Step::Held),
        (0_usize..5).prop_map(Step::Body),
        (prop::sample::select(vec![200, 202, 404, 504]), any::<bool>())
            .prop_map(|(status, ends)| Step::AnswerHead(status, ends)),
        (0_usize..5000).prop_map(Step::AnswerHeld),
        Just(Step::AnswerBody),
        any::<bool>().prop_map(Step::Chunk),
        Just(Step::Failure),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever order a proxy calls in, no request goes on before a permitted body was judged, and no
    /// second reply is made.
    #[test]
    fn nothing_goes_on_before_a_permit(steps in prop::collection::vec(step(), 1..12)) {
        let bodies = [
            call("1", "search", "{}"),
            call("1", "delete_x", "{}"),
            String::from(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#),
            String::from("junk"),
            call("1", "create", r#"{"repo":"acme/x"}"#),
        ];
        let permitted = [true, false, true, false, true];
        let mut proxy = Proxy::new(&source());
        let (mut judged, mut replies) = (false, 0);
        for step in steps {
            if let Step::Held(bytes) | Step::AnswerHeld(bytes) = step
                && proxy.exchange.holds_on(&proxy.options, bytes)
            {
                let event = if judged { Event::AnswerHeld(bytes) } else { Event::RequestHeld(bytes) };
                prop_assert_eq!(proxy.on(event), Effect::Hold);
            }
            let of_request = matches!(step, Step::Head(_) | Step::Held(_) | Step::Body(_));
            let was_decided = !proxy.exchange.decided().is_empty();
            let effect = match step {
                Step::Head(ends) => proxy.on(Event::RequestHead { head: head(), subject: Subject::default(), ends }),
                Step::Held(bytes) => proxy.on(Event::RequestHeld(bytes)),
                Step::Body(which) => {
                    let effect = proxy.on(Event::RequestBody(bodies[which].as_bytes()));
                    if !was_decided && proxy.exchange.decided().first().is_some_and(|(verdict, _)| verdict.is_permit()) {
                        prop_assert!(permitted[which]);
                        judged = true;
                    }
                    effect
                }
                Step::AnswerHead(status, ends) => {
                    let head = AnswerHead { status, content_type: Some("application/json"), ..AnswerHead::default() };
                    proxy.on(Event::AnswerHead { head, ends })
                }
                Step::AnswerHeld(bytes) => proxy.on(Event::AnswerHeld(bytes)),
                Step::AnswerBody => proxy.on(Event::AnswerBody(TOOLS.as_bytes())),
                Step::Chunk(ends) => proxy.on(Event::AnswerChunk { bytes: b"data: x\n\n", ends }),
                Step::Failure => proxy.on(Event::HostFailure),
            };
            match effect {
                Effect::Forward(_) if of_request && replies == 0 => prop_assert!(judged),
                Effect::Reply(_) => replies += 1,
                Effect::Forward(_) | Effect::Hold | Effect::Close => {}
            }
        }
        prop_assert!(replies <= 1);
    }
}
