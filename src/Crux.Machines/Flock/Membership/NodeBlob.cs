using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// What a node says of itself, signed: name, public key, where and in which boot it runs, attributes. Every member passes it on
/// as it is, so it is fetched from whoever is near, and checked once.
/// </summary>
internal sealed class NodeBlob
{
    /// <summary>In this form a blob travels in one datagram beside other things.</summary>
    public const int MaxBytes = 512;

    public const int MaxPublicKeyBytes = 160;
    public const int MaxRackBytes = 64;
    public const int MaxVersionBytes = 32;

    private const byte Form = 1;

    private NodeBlob(byte[] raw) => Raw = raw;

    /// <summary>The signed bytes and the signature behind them.</summary>
    public byte[] Raw { get; }

    public required string Name { get; init; }

    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    public required NetAddress Address { get; init; }

    public required ulong Salt { get; init; }

    /// <summary>How often the node was started before and with this boot: of two machines with one key the lower number was there first.</summary>
    public required uint Boot { get; init; }

    public required string Rack { get; init; }

    public required string Version { get; init; }

    public required NodeId Id { get; init; }

    private static ReadOnlySpan<byte> Context => "crux blob v1\0"u8;

    /// <summary>This node's own blob.</summary>
    public static NodeBlob Sign(FlockSelf self, INodeSigner signer, uint boot)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.Text(self.Name);
        writer.Byte(checked((byte)self.PublicKey.Length));
        writer.Bytes(self.PublicKey.Span);
        writer.Address(self.Address);
        BootSalt.NonceOf(self.BootSecret.Span, writer.Next(BootSalt.NonceBytes));
        writer.UInt32(boot);
        writer.Text(self.Rack);
        writer.Text(self.Version);
        Span<byte> signature = stackalloc byte[INodeSigner.SignatureBytes];
        signer.Sign(Signed.Message(Context, writer.Written, stackalloc byte[MaxBytes + 16]), signature);
        writer.Bytes(signature);
        return TryRead(writer.Written, out var blob)
            ? blob
            : throw new ArgumentException($"The node's name must be {NameRules.InWords}; its rack at most {MaxRackBytes} bytes, its version {MaxVersionBytes}.", nameof(self));
    }

    /// <summary>Reads a blob without believing it: <see cref="IsSignedRight"/> comes next.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NodeBlob? blob)
    {
        blob = null;
        if (raw.Length is > MaxBytes or <= INodeSigner.SignatureBytes)
            return false;
        var reader = new WireReader(raw[..^INodeSigner.SignatureBytes]);
        var form = reader.Byte();
        var name = reader.Text(NameRules.MaxLength);
        var key = reader.Take(reader.Byte());
        var address = reader.Address();
        var nonce = reader.Take(BootSalt.NonceBytes);
        var boot = reader.UInt32();
        var rack = reader.Text(MaxRackBytes);
        var version = reader.Text(MaxVersionBytes);
        if (reader.Failed || !reader.AtEnd || form != Form || key.Length is 0 or > MaxPublicKeyBytes || !NameRules.Holds(name))
            return false;
        var id = NodeId.FromPublicKey(key);
        // The key stays where it is: ten thousand of these are kept.
        var kept = raw.ToArray();
        blob = new NodeBlob(kept)
        {
            Name = name,
            PublicKey = kept.AsMemory(KeyAt(name), key.Length),
            Address = address,
            Salt = BootSalt.Of(id, address, nonce),
            Boot = boot,
            Rack = rack,
            Version = version,
            Id = id,
        };
        return true;
    }

    private static int KeyAt(string name) => 1 + 1 + System.Text.Encoding.UTF8.GetByteCount(name) + 1;

    public bool IsOf(MemberRecord record) => Address == record.Address && Salt == record.Salt;

    public bool IsSignedRight(INodeSigner signer) => signer.Verify(
        PublicKey.Span,
        Signed.Message(Context, Raw.AsSpan(..^INodeSigner.SignatureBytes), stackalloc byte[MaxBytes + 16]),
        Raw.AsSpan(^INodeSigner.SignatureBytes..));
}
