using System.Buffers.Binary;

namespace Crux.Machines.Flock.Durable;

/// <summary>
/// How often a node was started. Not waited for on the disk: two boots of one machine may have one number, for they are never alive at
/// the same time.
/// </summary>
internal static class Boots
{
    /// <summary>The number of the boot that begins with this memory.</summary>
    public static uint Next(FlockMemory memory)
    {
        if (memory.Of(DurableKind.Boots) is not { } kept)
            return 1;
        if (kept.Length != sizeof(uint))
            throw new FlockMemoryException(DurableKind.Boots, "The number of starts on disk is of another version of fulcrum, or damaged.");
        return Math.Min(BinaryPrimitives.ReadUInt32BigEndian(kept.Span), uint.MaxValue - 1) + 1;
    }

    /// <summary>Has a boot's number written.</summary>
    public static void Keep(FlockState state)
    {
        Span<byte> content = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(content, state.Boot);
        state.Durable.Put(DurableKind.Boots, content);
    }
}
