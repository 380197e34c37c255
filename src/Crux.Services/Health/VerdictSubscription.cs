using System.Threading.Channels;
using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Services.Health;

/// <summary>All that is alive on this node at one moment, and every verdict after it.</summary>
/// <param name="Entries">What is alive.</param>
/// <param name="Sequence">The verdict that <paramref name="Entries"/> is true at; the next one is this plus 1.</param>
/// <param name="Following">The verdicts after it, with no gap. Ends with <see cref="FellBehindException"/> where the reader is too slow.</param>
public sealed record VerdictSubscription(IReadOnlyList<ServiceEntry> Entries, ulong Sequence, ChannelReader<Verdict> Following);
