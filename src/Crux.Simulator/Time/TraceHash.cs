using System.Buffers.Binary;
using System.Numerics;

namespace Crux.Simulator.Time;

/// <summary>
/// A 64-bit hash over everything that happened, in order: two runs of one seed give the same one, in any process, on any machine.
/// Tells histories apart; keeps no secrets.
/// </summary>
public struct TraceHash
{
    private const ulong Prime1 = 0x9E37_79B1_85EB_CA87;
    private const ulong Prime2 = 0xC2B2_AE3D_27D4_EB4F;

    private ulong _state;

    /// <summary>The hash of all that was added so far.</summary>
    public readonly ulong Value
    {
        get
        {
            var mixed = (_state ^ (_state >> 33)) * Prime2;
            mixed = (mixed ^ (mixed >> 29)) * Prime1;
            return mixed ^ (mixed >> 32);
        }
    }

    /// <summary>Adds one number.</summary>
    public void Add(ulong word) => _state = (BitOperations.RotateLeft(_state, 27) ^ (word * Prime2)) * Prime1 + 1;

    /// <summary>Adds bytes and their number.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        while (bytes.Length >= sizeof(ulong))
        {
            Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        var rest = 0UL;
        foreach (var b in bytes)
            rest = (rest << 8) | b;
        Add(rest);
    }
}
