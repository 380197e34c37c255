using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Crux.Services.Tests;

/// <summary>Takes the caller at its word: there is no TLS between the nodes of a test.</summary>
internal sealed class HeaderIdentity : IPeerIdentity
{
    public const string Header = "x-test-node";

    public bool TryRead(ServerCallContext context, out NodeId node, [NotNullWhen(false)] out string? problem)
    {
        var isThere = NodeId.TryParse(context.RequestHeaders.GetValue(Header), out node);
        problem = isThere ? null : "No node is named.";
        return isThere;
    }
}
