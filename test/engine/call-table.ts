// What each event brings about in each state of a call: `event: what goes out, what the plane is asked, what the call is then`. Events that a state
// does not name cannot happen in it.

/** Until the call stands, and after its end. */
export const OPENING = `
the plane makes room:
  caller INVITE again: pbx 100
  caller CANCEL: pbx 200 487, plane release, ending
  the plane answers: carrier-a INVITE
  the plane fails: carrier-b INVITE, plane offer
  operator hangs up: pbx 480, plane release, ending
  shutdown: pbx 503, plane release, ending
  32 s of silence: pbx 6x500, plane offer release, ended: media-failure by demarc
  nothing: no audio any more; caller unreachable; target unreachable

asked:
  caller INVITE again: pbx 100
  caller CANCEL: pbx 200 487, plane release, ended: cancelled by caller
  target 180: pbx 180, ringing
  target 183 with media: pbx 183, plane answer, ringing
  target 200: pbx 200, carrier-a ACK, plane answer, answered
  target 200 of another fork: pbx 200, carrier-a ACK, plane answer, answered
  target 200 without media: pbx 488, carrier-a ACK BYE, plane release, ended: not-acceptable by demarc
  target 486: pbx 486, carrier-a ACK, plane release, ended: busy by callee
  target 503: carrier-a ACK, carrier-b INVITE, plane offer
  target BYE: carrier-a 481
  target re-INVITE: carrier-a 481
  target UPDATE: carrier-a 481
  target unreachable: carrier-b INVITE, plane offer
  operator hangs up: pbx 480, plane release, ended: operator by demarc
  shutdown: pbx 503, plane release, ended: shutdown by demarc
  32 s of silence: pbx 9x408, carrier-a 2xINVITE, carrier-b 4xINVITE, plane offer release, ended: target-failure by demarc
  nothing: target 100; the plane answers; the plane fails; no audio any more; caller unreachable

100 came:
  caller INVITE again: pbx 100
  caller CANCEL: pbx 200 487, carrier-a CANCEL, plane release, ended: cancelled by caller
  target 180: pbx 180, ringing
  target 183 with media: pbx 183, plane answer, ringing
  target 200: pbx 200, carrier-a ACK, plane answer, answered
  target 200 of another fork: pbx 200, carrier-a ACK, plane answer, answered
  target 200 without media: pbx 488, carrier-a ACK BYE, plane release, ended: not-acceptable by demarc
  target 486: pbx 486, carrier-a ACK, plane release, ended: busy by callee
  target 503: carrier-a ACK, carrier-b INVITE, plane offer
  target BYE: carrier-a 481
  target re-INVITE: carrier-a 481
  target UPDATE: carrier-a 481
  operator hangs up: pbx 480, carrier-a CANCEL, plane release, ended: operator by demarc
  shutdown: pbx 503, carrier-a CANCEL, plane release, ended: shutdown by demarc
  nothing: target 100; the plane answers; the plane fails; no audio any more; caller unreachable; target unreachable; 32 s of silence

rings:
  caller INVITE again: pbx 180
  caller CANCEL: pbx 200 487, carrier-a CANCEL, plane release, ended: cancelled by caller
  caller BYE: pbx 200 487, carrier-a CANCEL, plane release, ended: cancelled by caller
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 183 with media: pbx 183, plane answer
  target 200: pbx 200, carrier-a ACK, plane answer, answered
  target 200 of another fork: pbx 200, carrier-a ACK, plane answer, answered
  target 200 without media: pbx 488, carrier-a ACK BYE, plane release, ended: not-acceptable by demarc
  target 486: pbx 486, carrier-a ACK, plane release, ended: busy by callee
  target 503: pbx 500, carrier-a ACK, plane release, ended: target-failure by callee
  target BYE: pbx 480, carrier-a 200 CANCEL, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 491
  target UPDATE: carrier-a 491
  operator hangs up: pbx 480, carrier-a CANCEL, plane release, ended: operator by demarc
  shutdown: pbx 503, carrier-a CANCEL, plane release, ended: shutdown by demarc
  nothing: caller ACK; target 100; target 180; the plane answers; the plane fails; no audio any more; caller unreachable
  nothing: target unreachable; 32 s of silence

early media:
  caller INVITE again: pbx 183
  caller CANCEL: pbx 200 487, carrier-a CANCEL, plane release, ended: cancelled by caller
  caller BYE: pbx 200 487, carrier-a CANCEL, plane release, ended: cancelled by caller
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 180: pbx 180
  target 183 with media: plane answer
  target 200: pbx 200, carrier-a ACK, plane answer, answered
  target 200 of another fork: pbx 200, carrier-a ACK, plane answer, answered
  target 200 without media: pbx 200, carrier-a ACK, plane answer, answered
  target 486: pbx 486, carrier-a ACK, plane release, ended: busy by callee
  target 503: pbx 500, carrier-a ACK, plane release, ended: target-failure by callee
  target BYE: pbx 480, carrier-a 200 CANCEL, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 491
  target UPDATE: carrier-a 491
  operator hangs up: pbx 480, carrier-a CANCEL, plane release, ended: operator by demarc
  shutdown: pbx 503, carrier-a CANCEL, plane release, ended: shutdown by demarc
  nothing: caller ACK; target 100; the plane answers; the plane fails; no audio any more; caller unreachable; target unreachable
  nothing: 32 s of silence

answered, the plane joins:
  caller INVITE again: pbx 180
  caller CANCEL: pbx 200 487, carrier-a BYE, plane release, ending
  caller BYE: pbx 200 487, carrier-a BYE, plane release, ending
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx 480, carrier-a 200, plane release, ending
  target re-INVITE: carrier-a 500
  target UPDATE: carrier-a 500
  the plane answers: pbx 200, answered
  the plane fails: pbx 500, carrier-a BYE, plane release, ended: media-failure by demarc
  operator hangs up: pbx 480, carrier-a BYE, plane release, ending
  shutdown: pbx 503, carrier-a BYE, plane release, ending
  32 s of silence: pbx 8x500, carrier-a 8xBYE, plane release, ended: media-failure by demarc
  nothing: caller ACK; target 100; target 180; target 183 with media; target 486; target 503; no audio any more; caller unreachable
  nothing: target unreachable

answered, no ACK yet:
  caller CANCEL: pbx 200
  caller BYE: pbx 200, carrier-a BYE, plane release, ended: normal-clearing by caller
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: carrier-a 200, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 500
  target UPDATE: carrier-a 500
  no audio any more: carrier-a BYE, plane release, ended: media-timeout by demarc
  operator hangs up: carrier-a BYE, plane release, ended: operator by demarc
  shutdown: carrier-a BYE, plane release, ended: shutdown by demarc
  32 s of silence: pbx 10x200 2xBYE, carrier-a 2xBYE, plane release, ended: lost-peer by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; the plane answers
  nothing: the plane fails; caller unreachable; target unreachable

caller gone, BYE at target:
  caller CANCEL: pbx 200
  caller BYE: pbx 200
  caller re-INVITE: pbx 481
  caller UPDATE: pbx 481
  caller OPTIONS: pbx 481
  caller late CSeq: pbx 481
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: carrier-a 200
  target re-INVITE: carrier-a 481
  target UPDATE: carrier-a 481
  32 s of silence: carrier-a 10xBYE
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; the plane answers
  nothing: the plane fails; no audio any more; caller unreachable; target unreachable; operator hangs up; shutdown

cancelled, INVITE at target:
  caller INVITE again: pbx 487
  caller CANCEL: pbx 200
  caller BYE: pbx 200
  caller re-INVITE: pbx 481
  caller UPDATE: pbx 481
  caller OPTIONS: pbx 481
  caller late CSeq: pbx 481
  target 200: carrier-a ACK BYE
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK BYE
  target 486: carrier-a ACK
  target 503: carrier-a ACK
  target BYE: carrier-a 200
  target re-INVITE: carrier-a 481
  target UPDATE: carrier-a 481
  32 s of silence: pbx 10x487, carrier-a 10xCANCEL
  nothing: caller ACK; target 100; target 180; target 183 with media; the plane answers; the plane fails; no audio any more
  nothing: caller unreachable; target unreachable; operator hangs up; shutdown
`;

/** While it stands, and while it changes. */
export const CHANGING = `
stands:
  caller CANCEL: pbx 200
  caller BYE: pbx 200, carrier-a BYE, plane release, ended: normal-clearing by caller
  caller re-INVITE: pbx 100, carrier-a INVITE, plane offer
  caller UPDATE: carrier-a INVITE, plane offer
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx BYE, carrier-a 200, plane release, ended: normal-clearing by callee
  target re-INVITE: pbx INVITE, carrier-a 100, plane offer
  target UPDATE: pbx INVITE, plane offer
  no audio any more: pbx BYE, carrier-a BYE, plane release, ended: media-timeout by demarc
  operator hangs up: pbx BYE, carrier-a BYE, plane release, ended: operator by demarc
  shutdown: pbx BYE, carrier-a BYE, plane release, ended: shutdown by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; the plane answers
  nothing: the plane fails; caller unreachable; target unreachable; 32 s of silence

caller changes, the plane makes room:
  caller CANCEL: pbx 200
  caller BYE: pbx 200 487, carrier-a BYE, plane release, ending
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx 487 BYE, carrier-a 200, plane release, ending
  target re-INVITE: carrier-a 491
  target UPDATE: carrier-a 491
  the plane answers: carrier-a INVITE
  the plane fails: pbx 500
  no audio any more: pbx 487 BYE, carrier-a BYE, plane release, ending
  operator hangs up: pbx 487 BYE, carrier-a BYE, plane release, ending
  shutdown: pbx 487 BYE, carrier-a BYE, plane release, ending
  32 s of silence: pbx 8x500
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; caller unreachable
  nothing: target unreachable

caller changes, target asked:
  caller CANCEL: pbx 200
  caller BYE: pbx 200 487, carrier-a BYE, plane release, ended: normal-clearing by caller
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx 487 BYE, carrier-a 200, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 491
  target UPDATE: carrier-a 491
  200 to the change: pbx 200, carrier-a ACK, plane answer
  488 to the change: pbx 488, carrier-a ACK
  491 to the change: pbx 491, carrier-a ACK
  481 to the change: pbx 408 BYE, carrier-a ACK BYE, plane release, ended: lost-peer by demarc
  no audio any more: pbx 487 BYE, carrier-a BYE, plane release, ended: media-timeout by demarc
  target unreachable: pbx 503
  operator hangs up: pbx 487 BYE, carrier-a BYE, plane release, ended: operator by demarc
  shutdown: pbx 487 BYE, carrier-a BYE, plane release, ended: shutdown by demarc
  32 s of silence: pbx 408 BYE 408 BYE, carrier-a 6xINVITE 2xBYE, plane release, ended: lost-peer by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; the plane answers
  nothing: the plane fails; caller unreachable

caller changes, the plane joins:
  caller CANCEL: pbx 200
  caller BYE: pbx 200 487, carrier-a BYE, plane release, ending
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx 487 BYE, carrier-a 200, plane release, ending
  target re-INVITE: carrier-a 491
  target UPDATE: carrier-a 491
  200 to the change: carrier-a ACK
  the plane answers: pbx 200
  the plane fails: pbx 487 BYE, carrier-a BYE, plane release, ended: media-failure by demarc
  no audio any more: pbx 487 BYE, carrier-a BYE, plane release, ending
  operator hangs up: pbx 487 BYE, carrier-a BYE, plane release, ending
  shutdown: pbx 487 BYE, carrier-a BYE, plane release, ending
  32 s of silence: pbx 487 BYE 487 BYE 487 BYE 487 BYE 487 BYE 487 BYE 487 BYE 487 BYE, carrier-a 8xBYE, plane release, ended: media-failure by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; 488 to the change
  nothing: 491 to the change; 481 to the change; caller unreachable; target unreachable

caller changed, no ACK yet:
  caller CANCEL: pbx 200
  caller BYE: pbx 200, carrier-a BYE, plane release, ended: normal-clearing by caller
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx BYE, carrier-a 200, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 500
  target UPDATE: carrier-a 500
  200 to the change: carrier-a ACK
  no audio any more: pbx BYE, carrier-a BYE, plane release, ended: media-timeout by demarc
  operator hangs up: pbx BYE, carrier-a BYE, plane release, ended: operator by demarc
  shutdown: pbx BYE, carrier-a BYE, plane release, ended: shutdown by demarc
  32 s of silence: pbx 10x200 2xBYE, carrier-a 2xBYE, plane release, ended: lost-peer by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; 488 to the change
  nothing: 491 to the change; 481 to the change; the plane answers; the plane fails; caller unreachable; target unreachable

target changes, caller asked:
  caller CANCEL: pbx 200
  caller BYE: pbx 200, carrier-a 487 BYE, plane release, ended: normal-clearing by caller
  caller re-INVITE: pbx 491
  caller UPDATE: pbx 491
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx BYE, carrier-a 200 487, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 500
  target UPDATE: carrier-a 500
  200 to the change: pbx ACK, carrier-a 200, plane answer
  488 to the change: pbx ACK, carrier-a 488
  491 to the change: pbx ACK, carrier-a 491
  481 to the change: pbx ACK BYE, carrier-a 408 BYE, plane release, ended: lost-peer by demarc
  no audio any more: pbx BYE, carrier-a 487 BYE, plane release, ended: media-timeout by demarc
  caller unreachable: carrier-a 503
  operator hangs up: pbx BYE, carrier-a 487 BYE, plane release, ended: operator by demarc
  shutdown: pbx BYE, carrier-a 487 BYE, plane release, ended: shutdown by demarc
  32 s of silence: pbx 6xINVITE 2xBYE, carrier-a 408 BYE 408 BYE, plane release, ended: lost-peer by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; the plane answers
  nothing: the plane fails; target unreachable

target changed, no ACK yet:
  caller CANCEL: pbx 200
  caller BYE: pbx 200, carrier-a BYE, plane release, ended: normal-clearing by caller
  caller re-INVITE: pbx 500
  caller UPDATE: pbx 500
  caller OPTIONS: pbx 200
  caller late CSeq: pbx 500
  target 200: carrier-a ACK
  target 200 of another fork: carrier-a ACK BYE
  target 200 without media: carrier-a ACK
  target BYE: pbx BYE, carrier-a 200, plane release, ended: normal-clearing by callee
  target re-INVITE: carrier-a 500
  target UPDATE: carrier-a 500
  200 to the change: pbx ACK
  no audio any more: pbx BYE, carrier-a BYE, plane release, ended: media-timeout by demarc
  operator hangs up: pbx BYE, carrier-a BYE, plane release, ended: operator by demarc
  shutdown: pbx BYE, carrier-a BYE, plane release, ended: shutdown by demarc
  32 s of silence: pbx 2xBYE, carrier-a 10x200 2xBYE, plane release, ended: lost-peer by demarc
  nothing: caller INVITE again; caller ACK; target 100; target 180; target 183 with media; target 486; target 503; 488 to the change
  nothing: 491 to the change; 481 to the change; the plane answers; the plane fails; caller unreachable; target unreachable
`;
