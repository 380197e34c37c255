using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Attributes;

/// <summary>
/// What a node says of itself beyond its blob, signed with the same key: cores, memory, and whatever its operator sets. Versioned within
/// a boot: the greater version is the truer one.
/// </summary>
/// <remarks>
/// Apart from the blob, which everybody needs at a cold start and which stays small for that. One datagram holds all of it: nothing is put
/// together from parts, so nothing half-told takes up memory.
/// </remarks>
public sealed class NodeAttributes
{
    /// <summary>The most a node may say, signature included.</summary>
    public const int MaxBytes = 1_200;

    /// <summary>Attributes of one node.</summary>
    public const int MaxCount = 64;

    /// <summary>The longest value, as UTF-8. Keys keep <see cref="NameRules"/>.</summary>
    public const int MaxValueBytes = 200;

    private const byte Form = 1;

    private readonly byte[] _raw;

    private NodeAttributes(byte[] raw) => _raw = raw;

    /// <summary>Whose they are: where it runs.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>In which boot.</summary>
    public required ulong Salt { get; init; }

    /// <summary>Grows with every change in this boot.</summary>
    public required uint Version { get; init; }

    /// <summary>The attributes, by key.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>As they travel.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    private static ReadOnlySpan<byte> Context => "crux attributes v1\0"u8;

    /// <summary>What is wrong with one of them; null where nothing is.</summary>
    public static string? FindProblem(string key, string value)
    {
        if (!NameRules.Holds(key))
            return $"'{key}' is no key for an attribute: it needs {NameRules.InWords}.";
        if (System.Text.Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
            return $"The value of '{key}' is too long: {MaxValueBytes} bytes is the most.";
        return value.Any(char.IsControl) ? $"The value of '{key}' holds control characters; it is shown on terminals." : null;
    }

    /// <summary>Signs them; null where they are too many or too long together.</summary>
    internal static NodeAttributes? Sign(NetAddress address, ulong salt, uint version, SortedDictionary<string, string> values, INodeSigner signer)
    {
        if (values.Count > MaxCount || WrittenBytes(values) > MaxBytes)
            return null;
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.Address(address);
        writer.UInt64(salt);
        writer.UInt32(version);
        writer.Byte((byte)values.Count);
        foreach (var (key, value) in values)
        {
            writer.Text(key);
            writer.Text(value);
        }
        Span<byte> signature = stackalloc byte[INodeSigner.SignatureBytes];
        signer.Sign(Signed.Message(Context, writer.Written, stackalloc byte[MaxBytes + 32]), signature);
        writer.Bytes(signature);
        return TryRead(writer.Written, out var signed) ? signed : throw new InvalidOperationException("Attributes were written that can't be read.");
    }

    /// <summary>Reads them without believing them.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out NodeAttributes? attributes)
    {
        attributes = null;
        if (raw.Length is > MaxBytes or <= INodeSigner.SignatureBytes)
            return false;
        var reader = new WireReader(raw[..^INodeSigner.SignatureBytes]);
        var form = reader.Byte();
        var (address, salt, version) = (reader.Address(), reader.UInt64(), reader.UInt32());
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var left = reader.Byte(); left > 0 && !reader.Failed; left--)
        {
            var key = reader.Text(NameRules.MaxLength);
            var value = reader.Text(MaxValueBytes);
            if (!NameRules.Holds(key) || !values.TryAdd(key, value))
                reader.Fail();
        }
        if (reader.Failed || !reader.AtEnd || form != Form || values.Count > MaxCount)
            return false;
        attributes = new NodeAttributes(raw.ToArray()) { Address = address, Salt = salt, Version = version, Values = values };
        return true;
    }

    internal bool? IsSignedRight(FlockState state, ReadOnlySpan<byte> publicKey)
    {
        // Longer than any statement that is remembered, so it is not; who sends them is rationed instead.
        state.Counters.Verifications++;
        return state.Signer.Verify(
            publicKey, Signed.Message(Context, _raw.AsSpan(..^INodeSigner.SignatureBytes), stackalloc byte[MaxBytes + 32]), _raw.AsSpan(^INodeSigner.SignatureBytes..));
    }

    private static int WrittenBytes(SortedDictionary<string, string> values)
    {
        var bytes = 1 + WireFormat.MaxAddressBytes + 8 + 4 + 1 + INodeSigner.SignatureBytes;
        foreach (var (key, value) in values)
            bytes += 2 + key.Length + System.Text.Encoding.UTF8.GetByteCount(value);
        return bytes;
    }
}
