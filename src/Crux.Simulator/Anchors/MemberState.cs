namespace Crux.Simulator.Anchors;

/// <summary>What one node holds of another.</summary>
internal enum MemberState : byte
{
    /// <summary>Never heard of, or forgotten.</summary>
    Unknown,
    Alive,
    Suspect,
    Dead,
}
