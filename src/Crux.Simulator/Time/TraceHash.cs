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

    private const int Lanes = 4;

    private const int Stripe = Lanes * sizeof(ulong);

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
    public void Add(ulong word) => _state = Mixed(_state, word);

    /// <summary>Adds bytes and their number.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        if (bytes.Length >= Stripe)
            AddStripes(ref bytes);
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

    // Four numbers at a time, none of which waits for another: what is long is most of what there is.
    private void AddStripes(ref ReadOnlySpan<byte> bytes)
    {
        var (a, b, c, d) = (_state, _state ^ Prime1, _state ^ Prime2, ~_state);
        while (bytes.Length >= Stripe)
        {
            a = Mixed(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            b = Mixed(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));
            c = Mixed(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[(2 * sizeof(ulong))..]));
            d = Mixed(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[(3 * sizeof(ulong))..]));
            bytes = bytes[Stripe..];
        }
        Add(a);
        Add(b);
        Add(c);
        Add(d);
    }

    private static ulong Mixed(ulong state, ulong word) => (BitOperations.RotateLeft(state, 27) ^ (word * Prime2)) * Prime1 + 1;
}
