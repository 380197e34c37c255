namespace Crux.Machines.Flock.Codec;

/// <summary>The first byte of every payload.</summary>
internal enum MessageKind : byte
{
    /// <summary>Unbound: is anybody there?</summary>
    Hello = 1,

    /// <summary>Unbound: prove that you are there.</summary>
    Challenge = 2,

    /// <summary>The proof, and who the sender is.</summary>
    Join = 3,

    /// <summary>The answer to a proof: who the receiver is and whom it knows.</summary>
    Welcome = 4,

    /// <summary>I live.</summary>
    Beat = 5,

    /// <summary>Block hashes of a whole view.</summary>
    Sync = 6,

    /// <summary>What one holds of blocks that differ.</summary>
    Blocks = 7,

    /// <summary>Slots whose records are wanted.</summary>
    Want = 8,

    /// <summary>News: a claim, records, alarms.</summary>
    Gossip = 9,

    /// <summary>Addresses whose blobs are wanted.</summary>
    WantBlobs = 10,

    /// <summary>Blobs.</summary>
    Blobs = 11,

    /// <summary>Answer at once.</summary>
    Probe = 12,

    /// <summary>The answer.</summary>
    Ack = 13,

    /// <summary>A member is silent: its other observers should look.</summary>
    Doubt = 14,

    /// <summary>The sender leaves.</summary>
    Goodbye = 15,

    /// <summary>A fenced leader asks the voters for support.</summary>
    Lease = 16,

    /// <summary>A voter's answer to that.</summary>
    Support = 17,

    /// <summary>A candidate asks for votes.</summary>
    Canvass = 18,

    /// <summary>A voter's answer to that.</summary>
    Vote = 19,

    /// <summary>Which notice of keys the sender goes by.</summary>
    KeyState = 20,

    /// <summary>A fenced leader's notice of keys.</summary>
    KeyNotice = 21,

    /// <summary>The sender lacks keys, and shows who it is.</summary>
    KeyWant = 22,

    /// <summary>A key, sealed to the receiver.</summary>
    KeyGrant = 23,

    /// <summary>To the leader: the sender holds the next generation.</summary>
    KeyHolds = 24,

    /// <summary>The leader has heard so.</summary>
    KeyHeard = 25,

    /// <summary>Which slots of blocks the sender holds live.</summary>
    Maps = 30,

    /// <summary>Asked, and the views are the same.</summary>
    Agree = 31,

    /// <summary>Names of the operator's orders that one has.</summary>
    Orders = 26,

    /// <summary>An operator's order.</summary>
    Order = 27,

    /// <summary>What the flock was sealed as, and the record of it.</summary>
    Birth = 28,

    /// <summary>Another flock was met.</summary>
    Foreign = 29,

    /// <summary>An observer's signed word that a member is silent, to the other observers.</summary>
    Alarm = 37,

    /// <summary>Sufficient alarms on members, for all.</summary>
    Verdicts = 38,

    /// <summary>The sender wants to know the receiver's attributes.</summary>
    WantAttributes = 40,

    /// <summary>The sender's attributes.</summary>
    Attributes = 41,

    /// <summary>Slots of blocks whose blobs are wanted.</summary>
    WantManyBlobs = 42,

    /// <summary>Two blobs of one node id that live at the same time.</summary>
    Clone = 43,
}
