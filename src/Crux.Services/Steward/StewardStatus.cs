using Crux.Machines.Registry;

namespace Crux.Services.Steward;

/// <summary>How the steward on this node stands at one moment.</summary>
/// <param name="IsLeading">Whether this node leads, so that its steward is the one.</param>
/// <param name="Phase">Absent where it doesn't lead.</param>
/// <param name="Heard">How many nodes have told it what they have.</param>
/// <param name="Expected">How many there are to hear.</param>
/// <param name="Entries">What it holds.</param>
/// <param name="Revision">Grows with every change of what it holds.</param>
public sealed record StewardStatus(bool IsLeading, StewardPhase Phase, int Heard, int Expected, int Entries, ulong Revision)
{
    internal static StewardStatus Idle { get; } = new(false, StewardPhase.Absent, 0, 0, 0, 0);
}
