using System.CommandLine;
using System.Security.Cryptography;
using Crux.Machines.Flock.Authority;
using Crux.Node.Security;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Cli;

/// <summary>Signs what an operator orders, here and with the operator's key, and hands it to the local node.</summary>
internal static class OperatorOrders
{
    /// <summary>For every command that gives an order.</summary>
    public static void NeedKey(Command command, GlobalOptions options) => command.Validators.Add(result =>
    {
        if (result.GetValue(options.OperatorKey) is null)
            result.AddError($"This takes an operator's key: name it with --operator-key FILE or {GlobalOptions.OperatorKeyVariable}, NAME.operator of 'crux secret new' or of 'crux operator key'");
    });

    /// <summary>Signs an order for the flock of the local node and gives it.</summary>
    /// <exception cref="Failure">The key can't be used or is not this flock's; the message says what to do.</exception>
    public static async Task<OperatorOrder> GiveAsync(
        NodeConnection node, string keyPath, OrderKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var order = await SignAsync(node, keyPath, kind, payload, cancellationToken);
        await node.Operator.PlaceOrderAsync(new PlaceOrderRequest { Order = ByteString.CopyFrom(order.Raw.Span) }, node.Within(cancellationToken));
        return order;
    }

    /// <summary>Signs an order for the flock of the local node, and leaves it to the caller to give it.</summary>
    /// <exception cref="Failure">The key can't be used or is not this flock's; the message says what to do.</exception>
    public static async Task<OperatorOrder> SignAsync(
        NodeConnection node, string keyPath, OrderKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        using var key = Read(keyPath);
        var reply = await node.Operator.GetAuthorityAsync(new GetAuthorityRequest(), node.Within(cancellationToken));
        if (reply.OperatorKey.IsEmpty)
            throw new Failure(ExitCode.Refused, "This node's flock file names no operator, so it takes no orders. Copy the flock file that 'crux secret new' made.");
        CheckRole(reply, key, keyPath, kind);
        return key.Sign(kind, reply, payload.Span);
    }

    /// <summary>The operators beside the root key, as a node told them.</summary>
    /// <exception cref="Failure">They can't be read.</exception>
    public static OperatorRoster RosterOf(GetAuthorityReply reply) => reply.Roster.IsEmpty ? OperatorRoster.Empty : OperatorRoster.TryRead(reply.Roster.Span, out var roster)
        ? roster
        : throw new Failure(ExitCode.Refused, "The node's operators are of another version than crux. Compare 'crux --version' with 'fulcrum --version'.");

    /// <summary>Tells two operators' keys apart: eight hexadecimal digits.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey).AsSpan(0, 4));

    private static void CheckRole(GetAuthorityReply reply, OperatorKey key, string keyPath, OrderKind kind)
    {
        if (reply.OperatorKey.Span.SequenceEqual(key.PublicKey))
            return;
        var needed = OperatorRoster.RoleFor(kind);
        var roster = RosterOf(reply);
        if (roster.Find(OperatorRoster.KeyOf(key.PublicKey)) is not { } own)
        {
            throw new Failure(ExitCode.Refused,
                $"{keyPath} is not the key of this flock's operator: {reply.Bloc}/{reply.Flock} obeys key {Fingerprint(reply.OperatorKey.Span)}{(roster.Operators.IsEmpty ? "" : $" and {roster.Operators.Length} operators more, see 'crux operator list'")}, and this is {Fingerprint(key.PublicKey)}. "
                + "Use the NAME.operator file that 'crux secret new' made together with the flock's NAME.flock.");
        }
        if (own.Role < needed)
        {
            throw new Failure(ExitCode.Refused,
                $"Operator '{own.Name}' has the role {Word(own.Role)}, and this takes {Word(needed)}. Ask whoever holds the root key: 'crux operator add {own.Name} --role ROLE'.");
        }
    }

    private static string Word(OperatorRole role) => role == OperatorRole.Root ? "the root key" : $"'{role.ToString().ToLowerInvariant()}'";

    /// <summary>Reads an operator's key.</summary>
    /// <exception cref="Failure">It can't be used; the message says what to do.</exception>
    public static OperatorKey Read(string path)
    {
        if (!File.Exists(path))
            throw new Failure(ExitCode.Refused, $"There is no operator key at {path}. 'crux secret new' or 'crux operator key' made it as NAME.operator; name it with --operator-key FILE.");
        try
        {
            return OperatorKey.Read(path);
        }
        catch (FormatException problem)
        {
            throw new Failure(ExitCode.Refused, problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Refused, $"The operator key {path} can't be read: {problem.Message} Run the command as the key's owner.");
        }
    }
}
