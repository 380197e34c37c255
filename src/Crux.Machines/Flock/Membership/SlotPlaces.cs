using System.Runtime.CompilerServices;

namespace Crux.Machines.Flock.Membership;

/// <summary>Where each of a block's slots is kept.</summary>
[InlineArray(BlockId.Slots)]
internal struct SlotPlaces
{
    private byte _first;
}
