using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// Who may give orders beside the root key: the payload of an order that only the root key signs. It always is the whole list, so the
/// newest one says all, and who does not stand in it is nobody.
/// </summary>
/// <remarks>Form (1), number of operators (1), each: key (16), role (1), name (1 + n). Sorted by key.</remarks>
public sealed class OperatorRoster
{
    /// <summary>The most operators: they fit into one order with the longest names.</summary>
    public const int MaxOperators = 12;

    /// <summary>The longest name of an operator.</summary>
    public const int MaxNameLength = 32;

    private const byte Form = 1;

    private OperatorRoster(ImmutableArray<OperatorEntry> operators) => Operators = operators;

    /// <summary>Nobody: until the root key says otherwise.</summary>
    public static OperatorRoster Empty { get; } = new([]);

    /// <summary>The operators, sorted by key.</summary>
    public ImmutableArray<OperatorEntry> Operators { get; }

    /// <summary>What stands for a public key: the first 16 bytes of the SHA-256 of its SubjectPublicKeyInfo, as in a node's id.</summary>
    public static UInt128 KeyOf(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(publicKey, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>The role that an order of some kind takes.</summary>
    public static OperatorRole RoleFor(OrderKind kind) => kind switch
    {
        OrderKind.AcceptLoss or OrderKind.RotateKeys or OrderKind.Admission or OrderKind.Approve or OrderKind.Deny or OrderKind.Exclude => OperatorRole.Operate,
        OrderKind.ReplaceSecret or OrderKind.Revoke or OrderKind.Rules => OperatorRole.Trust,
        // Birth, absorption and operators are the root key's, and so is what this version doesn't know.
        _ => OperatorRole.Root,
    };

    /// <summary>The operator with this key; null where it is none.</summary>
    public OperatorEntry? Find(UInt128 key)
    {
        foreach (var entry in Operators)
        {
            if (entry.Key == key)
                return entry;
        }
        return null;
    }

    /// <summary>What the signer of an order may do; <see cref="OperatorRole.None"/> where it is no operator.</summary>
    public OperatorRole RoleOf(OperatorOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.SignerKey.IsEmpty ? OperatorRole.Root : Find(KeyOf(order.SignerKey.Span))?.Role ?? OperatorRole.None;
    }

    /// <summary>The roster with one operator more, or with another role of one that is there; null where that can't be, and <paramref name="problem"/> says why.</summary>
    public OperatorRoster? With(OperatorEntry entry, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(entry);
        problem = FindProblem(entry);
        return problem is null ? Of([.. Operators.Where(it => it.Key != entry.Key), entry]) : null;
    }

    /// <summary>The roster without an operator.</summary>
    public OperatorRoster Without(string name) => new(Operators.RemoveAll(entry => entry.Name == name));

    /// <summary>The payload of an order.</summary>
    public byte[] ToPayload()
    {
        var buffer = new byte[OperatorOrder.MaxPayloadBytes];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.Byte((byte)Operators.Length);
        foreach (var entry in Operators)
        {
            writer.UInt128(entry.Key);
            writer.Byte((byte)entry.Role);
            writer.Text(entry.Name);
        }
        return writer.Written.ToArray();
    }

    /// <summary>Reads the payload of an order; false where it is anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out OperatorRoster? roster)
    {
        roster = null;
        var reader = new WireReader(payload);
        var form = reader.Byte();
        var entries = new List<OperatorEntry>();
        for (var left = reader.Byte(); left > 0 && !reader.Failed; left--)
        {
            var (key, role, name) = (reader.UInt128(), (OperatorRole)reader.Byte(), reader.Text(MaxNameLength));
            if (role is < OperatorRole.View or > OperatorRole.Trust || !NameRules.Holds(name) || entries.Exists(it => it.Key >= key || it.Name == name))
                reader.Fail();
            entries.Add(new(name, key, role));
        }
        if (reader.Failed || !reader.AtEnd || form != Form || entries.Count > MaxOperators)
            return false;
        roster = new OperatorRoster([.. entries]);
        return true;
    }

    /// <summary>For people: <c>alice trust, bob view</c>.</summary>
    public override string ToString() => Operators.IsEmpty ? "none but the root key"
        : string.Join(", ", Operators.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => $"{entry.Name} {entry.Role.ToString().ToLowerInvariant()}"));

    private static OperatorRoster Of(IEnumerable<OperatorEntry> entries) => new([.. entries.OrderBy(entry => entry.Key)]);

    private string? FindProblem(OperatorEntry entry)
    {
        if (!NameRules.Holds(entry.Name) || entry.Name.Length > MaxNameLength)
            return $"'{entry.Name}' can't be an operator's name: it needs 1 to {MaxNameLength} characters of a-z, A-Z, 0-9, '-', '_' and '.', starting with a letter or digit.";
        if (entry.Role is < OperatorRole.View or > OperatorRole.Trust)
            return "An operator's role is view, operate or trust.";
        foreach (var known in Operators)
        {
            if (known.Name == entry.Name && known.Key != entry.Key)
                return $"There is an operator '{entry.Name}' already, with another key. Take it back first: 'crux operator remove {entry.Name}'.";
            if (known.Key == entry.Key && known.Name != entry.Name)
                return $"That key is operator '{known.Name}' already. Take it back first: 'crux operator remove {known.Name}'.";
        }
        return Operators.Length == MaxOperators && Find(entry.Key) is null
            ? $"A flock has at most {MaxOperators} operators beside the root key. Take one back first: 'crux operator remove NAME'."
            : null;
    }
}
