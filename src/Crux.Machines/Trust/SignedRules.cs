using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Trust;

/// <summary>A rule set with the operator's order that put it in force: whoever holds it can prove it. On disk, and between nodes.</summary>
public sealed class SignedRules
{
    /// <summary>The longest one.</summary>
    public const int MaxBytes = sizeof(ushort) + OperatorOrder.MaxBytes + RuleSetCodec.MaxBytes;

    private SignedRules(OperatorOrder order, RuleOrder terms, RuleSet rules) => (Order, Terms, Rules) = (order, terms, rules);

    /// <summary>The operator's order.</summary>
    public OperatorOrder Order { get; }

    /// <summary>What it says.</summary>
    public RuleOrder Terms { get; }

    /// <summary>The set that it names.</summary>
    public RuleSet Rules { get; }

    /// <summary>Puts the two together; null where the order is not about this set.</summary>
    public static SignedRules? Join(OperatorOrder order, RuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(rules);
        return order.Kind == OrderKind.Rules && RuleOrder.TryRead(order.Payload.Span, out var terms) && terms.Hash.SequenceEqual(rules.Hash)
            ? new(order, terms, rules)
            : null;
    }

    /// <summary>The order with its length (2), then the set.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[sizeof(ushort) + Order.Raw.Length + Rules.Bytes.Length];
        var writer = new WireWriter(bytes);
        writer.UInt16((ushort)Order.Raw.Length);
        writer.Bytes(Order.Raw.Span);
        writer.Bytes(Rules.Bytes.Span);
        return bytes;
    }

    /// <summary>Reads without believing: the order's signature comes next.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedRules? rules)
    {
        rules = null;
        var reader = new WireReader(bytes);
        if (OperatorOrder.TryRead(reader.Take(reader.UInt16()), out var order) && !reader.Failed && RuleSetCodec.TryRead(reader.Take(reader.Left), out var set))
            rules = Join(order, set);
        return rules is not null;
    }
}
