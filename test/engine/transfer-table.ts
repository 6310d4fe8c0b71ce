// What each event brings about while Ann puts Bob through to Carl: `event: what goes out, what the plane is asked, what the calls are then`. The first call
// is Ann's with Bob, the second Bob's with Carl. Events that a state does not name cannot happen in it.

export const TRANSFERRING = `
referred, the plane makes room:
  ann BYE: ann 200, plane release, first ending
  ann REFER again: ann 491
  ann re-INVITE: ann 100, plane offer
  bob BYE: ann BYE, bob 200, plane release release, first ending, second ending
  bob OPTIONS: bob 200
  the plane answers: carl INVITE
  the plane fails: plane release, second ended: media-failure by demarc
  operator hangs up the first call: ann BYE, bob BYE, plane release release, first ending, second ending
  operator hangs up the second call: plane release, second ending
  shutdown: ann BYE, bob BYE, plane release release, first ending, second ending
  10 s of silence: ann 4xNOTIFY(100), plane release, second ending
  32 s of silence: ann 10xNOTIFY(100), plane release, second ended: media-failure by demarc
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; ann unreachable; bob unreachable; carl unreachable

carl asked, ann not told yet:
  ann BYE: ann 200, plane release, first ended: transferred by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 100, bob INVITE, plane offer
  bob BYE: ann BYE, bob 200, plane release release, first ended: normal-clearing by callee, second ended: cancelled by caller
  bob OPTIONS: bob 200
  carl 180: second ringing
  carl 183 with media: second ringing
  carl 200: bob INVITE, carl ACK, plane answer offer
  carl 200 without media: carl ACK BYE, plane release, second ended: not-acceptable by demarc
  carl 486: carl ACK, plane release, second ended: busy by callee
  carl BYE: carl 481
  carl unreachable: plane release, second ended: target-failure by demarc
  operator hangs up the first call: ann BYE, bob BYE, plane release release, first ended: operator by demarc, second ended: cancelled by demarc
  operator hangs up the second call: plane release, second ended: operator by demarc
  shutdown: ann BYE, bob BYE, plane release release, first ended: shutdown by demarc, second ended: cancelled by demarc
  10 s of silence: ann 4xNOTIFY(100), carl 3xINVITE, plane release, second ended: target-failure by demarc
  32 s of silence: ann 10xNOTIFY(100), carl 3xINVITE, plane release, second ended: target-failure by demarc
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; the plane answers; the plane fails; ann unreachable; bob unreachable

carl rings:
  ann BYE: ann 200, plane release, first ended: transferred by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 100, bob INVITE, plane offer
  bob BYE: ann BYE, bob 200, carl CANCEL, plane release release, first ended: normal-clearing by callee, second ended: cancelled by caller
  bob OPTIONS: bob 200
  carl 200: bob INVITE, carl ACK, plane answer offer
  carl 200 without media: carl ACK BYE, plane release, second ended: not-acceptable by demarc
  carl 486: carl ACK, plane release, second ended: busy by callee
  carl BYE: carl 200 CANCEL, plane release, second ended: normal-clearing by callee
  operator hangs up the first call: ann BYE, bob BYE, carl CANCEL, plane release release, first ended: operator by demarc, second ended: cancelled by demarc
  operator hangs up the second call: carl CANCEL, plane release, second ended: operator by demarc
  shutdown: ann BYE, bob BYE, carl CANCEL, plane release release, first ended: shutdown by demarc, second ended: cancelled by demarc
  10 s of silence: ann 4xNOTIFY(180)
  32 s of silence: ann 10xNOTIFY(180)
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; carl 180; carl 183 with media; the plane answers; the plane fails; ann unreachable; bob unreachable
  nothing: carl unreachable

carl heard before he answers:
  ann BYE: ann 200, plane release, first ended: transferred by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 100, bob INVITE, plane offer
  ann 200 to NOTIFY: ann NOTIFY(183)
  bob BYE: ann BYE, bob 200, carl CANCEL, plane release release, first ended: normal-clearing by callee, second ended: cancelled by caller
  bob OPTIONS: bob 200
  carl 200: bob INVITE, carl ACK, plane answer offer
  carl 200 without media: bob INVITE, carl ACK, plane answer offer
  carl 486: carl ACK, plane release, second ended: busy by callee
  carl BYE: carl 200 CANCEL, plane release, second ended: normal-clearing by callee
  operator hangs up the first call: ann BYE, bob BYE, carl CANCEL, plane release release, first ended: operator by demarc, second ended: cancelled by demarc
  operator hangs up the second call: carl CANCEL, plane release, second ended: operator by demarc
  shutdown: ann BYE, bob BYE, carl CANCEL, plane release release, first ended: shutdown by demarc, second ended: cancelled by demarc
  10 s of silence: ann 4xNOTIFY(180)
  32 s of silence: ann 10xNOTIFY(180)
  nothing: ann 481 to NOTIFY; carl 180; carl 183 with media; the plane answers; the plane fails; ann unreachable; bob unreachable; carl unreachable

carl answered, the plane makes room:
  ann BYE: ann 200, plane release, first ending
  ann REFER again: ann 491
  ann re-INVITE: ann 100, plane offer
  bob BYE: ann BYE, bob 200, carl BYE, plane release release, first ending, second ending
  bob OPTIONS: bob 200
  carl 200: carl ACK
  carl 200 without media: carl ACK
  carl BYE: carl 200, plane release, second ending
  the plane answers: bob INVITE, plane offer
  the plane fails: carl BYE, plane release, second ended: media-failure by demarc
  operator hangs up the first call: ann BYE, bob BYE, carl BYE, plane release release, first ending, second ending
  operator hangs up the second call: carl BYE, plane release, second ending
  shutdown: ann BYE, bob BYE, carl BYE, plane release release, first ending, second ending
  10 s of silence: ann 4xNOTIFY(180), carl BYE, plane release, second ending
  32 s of silence: ann 10xNOTIFY(180), carl 8xBYE, plane release, second ended: media-failure by demarc
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; carl 180; carl 183 with media; carl 486; ann unreachable; bob unreachable; carl unreachable

carl answered, bob asked:
  ann BYE: ann 200, plane release, first ended: transferred by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 500
  bob BYE: ann BYE, bob 200, carl BYE, plane release release, first ended: normal-clearing by callee, second ended: cancelled by caller
  bob OPTIONS: bob 200
  bob 200: bob ACK, plane answer, first ending, second answered
  bob 488: bob ACK, carl BYE, plane release, second ended: not-acceptable by demarc
  bob 491: bob ACK
  bob 481: ann BYE, bob ACK BYE, carl BYE, plane release release, first ended: lost-peer by demarc, second ended: cancelled by demarc
  carl 200: carl ACK
  carl 200 without media: carl ACK
  carl BYE: carl 200, plane release, second ended: normal-clearing by callee
  bob unreachable: carl BYE, plane release, second ended: not-acceptable by demarc
  operator hangs up the first call: ann BYE, bob BYE, carl BYE, plane release release, first ended: operator by demarc, second ended: cancelled by demarc
  operator hangs up the second call: carl BYE, plane release, second ended: operator by demarc
  shutdown: ann BYE, bob BYE, carl BYE, plane release release, first ended: shutdown by demarc, second ended: cancelled by demarc
  10 s of silence: ann 4xNOTIFY(180), bob 4xINVITE
  32 s of silence: ann 10xNOTIFY(180) 2xBYE, bob 6xINVITE 2xBYE, carl 2xBYE, plane release release, first ended: lost-peer by demarc, second ended: cancelled by demarc
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; carl 180; carl 183 with media; carl 486; the plane answers; the plane fails; ann unreachable
  nothing: carl unreachable

bob agreed, the plane joins:
  ann BYE: ann 200, plane release
  ann REFER again: ann 491
  ann re-INVITE: ann 500
  bob BYE: ann BYE, bob 200, carl BYE, plane release release, second ending
  bob OPTIONS: bob 200
  bob 200: bob ACK
  carl 200: carl ACK
  carl 200 without media: carl ACK
  carl BYE: carl 200, plane release, first answered, second ending
  the plane answers: second answered
  the plane fails: carl BYE, plane release, first answered, second ended: media-failure by demarc
  operator hangs up the first call: ann BYE, bob BYE, carl BYE, plane release release, second ending
  operator hangs up the second call: carl BYE, plane release, first answered, second ending
  shutdown: ann BYE, bob BYE, carl BYE, plane release release, second ending
  10 s of silence: ann 4xNOTIFY(180), carl BYE, plane release offer, first answered, second ending
  32 s of silence: ann 10xNOTIFY(180), carl 8xBYE, plane release offer, first answered, second ended: media-failure by demarc
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; bob 488; bob 491; bob 481; carl 180; carl 183 with media; carl 486; ann unreachable; bob unreachable
  nothing: carl unreachable

joined, ann not told yet:
  ann BYE: ann 200, plane release, first ended: transferred by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 500
  ann 200 to NOTIFY: ann NOTIFY(200)
  bob BYE: bob 200, carl BYE, plane release, second ended: normal-clearing by caller
  bob OPTIONS: bob 200
  bob 200: bob ACK
  carl 200: carl ACK
  carl 200 without media: carl ACK
  carl BYE: bob BYE, carl 200, plane release, second ended: normal-clearing by callee
  operator hangs up the first call: ann BYE, plane release, first ended: transferred by demarc
  operator hangs up the second call: bob BYE, carl BYE, plane release, second ended: operator by demarc
  shutdown: ann BYE, bob BYE, carl BYE, plane release release, first ended: transferred by demarc, second ended: shutdown by demarc
  10 s of silence: ann 3xNOTIFY(180) 3xBYE NOTIFY(180) BYE, plane release, first ended: transferred by demarc
  32 s of silence: ann 3xNOTIFY(180) 3xBYE NOTIFY(180) BYE NOTIFY(180) BYE NOTIFY(180) BYE NOTIFY(180) BYE NOTIFY(180) BYE NOTIFY(180) BYE NOTIFY(180) BYE, plane release, first ended: transferred by demarc
  nothing: ann 481 to NOTIFY; bob 488; bob 491; bob 481; carl 180; carl 183 with media; carl 486; the plane answers; the plane fails; ann unreachable
  nothing: bob unreachable; carl unreachable

joined, ann told:
  ann BYE: ann 200, plane release, first ended: transferred by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 500
  bob BYE: bob 200, carl BYE, plane release, second ended: normal-clearing by caller
  bob OPTIONS: bob 200
  bob 200: bob ACK
  carl 200: carl ACK
  carl 200 without media: carl ACK
  carl BYE: bob BYE, carl 200, plane release, second ended: normal-clearing by callee
  operator hangs up the first call: ann BYE, plane release, first ended: transferred by demarc
  operator hangs up the second call: bob BYE, carl BYE, plane release, second ended: operator by demarc
  shutdown: ann BYE, bob BYE, carl BYE, plane release release, first ended: transferred by demarc, second ended: shutdown by demarc
  10 s of silence: ann 4xBYE, plane release, first ended: transferred by demarc
  32 s of silence: ann 10xBYE, plane release, first ended: transferred by demarc
  nothing: ann 200 to NOTIFY; ann 481 to NOTIFY; bob 488; bob 491; bob 481; carl 180; carl 183 with media; carl 486; the plane answers
  nothing: the plane fails; ann unreachable; bob unreachable; carl unreachable

carl refused, ann not told yet:
  ann BYE: ann 200, bob BYE, plane release, first ended: normal-clearing by caller
  ann REFER again: ann 491
  ann re-INVITE: ann 100, bob INVITE, plane offer
  ann 200 to NOTIFY: ann NOTIFY(486)
  bob BYE: ann BYE, bob 200, plane release, first ended: normal-clearing by callee
  bob OPTIONS: bob 200
  carl 486: carl ACK
  carl BYE: carl 481
  operator hangs up the first call: ann BYE, bob BYE, plane release, first ended: operator by demarc
  shutdown: ann BYE, bob BYE, plane release, first ended: shutdown by demarc
  10 s of silence: ann 4xNOTIFY(180)
  32 s of silence: ann 10xNOTIFY(180)
  nothing: ann 481 to NOTIFY; carl 180; carl 183 with media; carl 200; carl 200 without media; the plane answers; the plane fails; ann unreachable
  nothing: bob unreachable; carl unreachable; operator hangs up the second call
`;
