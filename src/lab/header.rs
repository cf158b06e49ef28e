/// The answer's header in which a built-in backend says its name.
pub const BACKEND_HEADER: &str = "x-lvs-lab-backend";

/// The answer's header in which a built-in backend says which client address and port it saw.
pub const PEER_HEADER: &str = "x-lvs-lab-peer";

/// The answer's header in which a built-in backend says who was asked for it: the tiers behind the
/// backend in the order in which they answered, separated by `, `.
pub const VIA_HEADER: &str = "x-lvs-lab-via";

/// The request's header in which a built-in backend tells the tier that it asks how long it waits
/// for the answer, in milliseconds.
pub const LIMIT_HEADER: &str = "x-lvs-lab-limit";

/// The header by which an answer in a datagram says which request it is to: what the request had
/// in the header of this name.
pub const REQUEST_HEADER: &str = "x-lvs-lab-request";
