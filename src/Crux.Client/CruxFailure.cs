using System.Collections.Immutable;
using System.Text;
using Grpc.Core;

namespace Crux.Client;

/// <summary>A failed call as programs read it: which service, why, and what was tried on the way.</summary>
/// <param name="Reason">Why, as one word: see <see cref="CruxTrailers"/>.</param>
/// <param name="Service">The selector that was called, such as <c>crux:///galumph2</c>.</param>
/// <param name="Tried">The instances that the call, or a connection for it, was tried on, oldest first; at most 64.</param>
public sealed record CruxFailure(string Reason, string Service, ImmutableArray<CruxAttempt> Tried)
{
    /// <summary>More are not told of: by then the first ones say it all.</summary>
    internal const int MaxTried = 64;

    private const int Parts = 4;
    private const char FirstPrintable = ' ';
    private const char LastPrintable = '~';

    /// <summary>Reads what a client of Crux tells of a failed call; null where it was the service that answered so.</summary>
    public static CruxFailure? Of(RpcException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.Trailers.Get(CruxTrailers.Reason)?.Value is not { } reason)
            return null;
        var tried = failure.Trailers.GetAll(CruxTrailers.Tried).Select(entry => entry.Value.Split(' ', Parts)).Where(parts => parts.Length == Parts);
        return new(reason, failure.Trailers.Get(CruxTrailers.Service)?.Value ?? "", [.. tried.Select(parts => new CruxAttempt(parts[0], parts[1], parts[2], parts[3]))]);
    }

    internal void WriteTo(Metadata trailers)
    {
        trailers.Add(CruxTrailers.Reason, Reason);
        trailers.Add(CruxTrailers.Service, Service);
        foreach (var (instance, netId, reason, problem) in Tried.Take(MaxTried))
            trailers.Add(CruxTrailers.Tried, $"{instance} {netId} {reason} {Printable(problem)}");
    }

    // A server that lets the exception escape may put it on the wire, where nothing else may stand.
    private static string Printable(string text)
    {
        var line = new StringBuilder(text);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is < FirstPrintable or > LastPrintable)
                line[i] = '?';
        }
        return line.ToString();
    }
}
