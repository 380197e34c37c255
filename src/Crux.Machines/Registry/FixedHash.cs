namespace Crux.Machines.Registry;

/// <summary>A 64-bit hash that is the same in every process and on every machine: FNV-1a with a last mix. No guard against malice.</summary>
internal readonly record struct FixedHash(ulong State)
{
    private const ulong Offset = 14695981039346656037, Prime = 1099511628211;

    public static FixedHash Start => new(Offset);

    public ulong Value
    {
        get
        {
            var mixed = (State ^ (State >> 33)) * 0xff51afd7ed558ccd;
            mixed = (mixed ^ (mixed >> 33)) * 0xc4ceb9fe1a85ec53;
            return mixed ^ (mixed >> 33);
        }
    }

    public FixedHash Add(ulong value)
    {
        var state = State;
        for (var shift = 0; shift < 64; shift += 8)
            state = (state ^ ((value >> shift) & 0xff)) * Prime;
        return new(state);
    }

    // The length goes first, so that ("ab", "c") and ("a", "bc") differ.
    public FixedHash Add(string text)
    {
        var state = Add((ulong)text.Length).State;
        foreach (var c in text)
            state = (state ^ c) * Prime;
        return new(state);
    }
}
