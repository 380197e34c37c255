using System.CommandLine;
using Crux.Cli.Completion;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux lookup</c>: whom a client on this node would call.</summary>
internal static class LookupCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var selector = new Argument<string>("SELECTOR") { Description = "An api ('galumph2': the best instance wins) or one instance ('galumph2_3'); 'crux://GROUP/NAME' for another group" };
        var why = new Option<bool>("--why") { Description = "Show every candidate, also those left out, with the reason" };
        var command = new TaughtCommand("lookup", "Shows whom a client on this node would call, best first.")
        {
            Examples =
            [
                ("crux lookup galumph2", "who offers this api"),
                ("crux lookup galumph2_3 --why", "why this instance gets no calls"),
                ("crux lookup galumph2 --json | jq -r '.offers[0].service.address'", "the best one's address"),
            ],
        };
        command.Add(selector);
        command.Add(why);
        selector.CompletionSources.Add(context => KnownSelectors.Complete(context, options));
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, parsed.GetValue(selector)!, parsed.GetValue(why), stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, string text, bool why, CancellationToken cancellationToken)
    {
        if (!Crux.Selector.TryParse(text, out var selector, out var problem))
            throw new Failure(ExitCode.Usage, problem);
        var request = new FindRequest
        {
            Selector = new Protos.Selector { Group = selector.Group, Api = selector.Api, Version = selector.Version ?? "" },
            Explain = why,
        };
        var reply = await node.Reeve.FindAsync(request, node.Within(cancellationToken));
        var ranked = Rank(reply.Offers);
        var note = Words.About(reply.Steward, reply.Note);
        var found = ranked.Any(it => it.Rank is not null);
        run.Answer(
            () => new LookupJson(selector.ToString(), [.. ranked.Select(ToJson)], Words.Of(reply.Steward), note, reply.Revision),
            terminal => Write(ranked, why, terminal));
        run.Warn(note);
        if (!found)
            run.Warn(why ? $"Nothing is offered for {selector.Name}. See 'crux services' for all that is registered." : $"Nothing is offered for {selector.Name}. See 'crux lookup {text} --why'.");
        return found ? ExitCode.Ok : ExitCode.No;
    }

    private static List<(int? Rank, Offer Offer)> Rank(IEnumerable<Offer> offers)
    {
        var rank = 0;
        return [.. offers.Select(offer => ((int?)(offer.Tier >= 0 ? ++rank : null), offer))];
    }

    private static void Write(List<(int? Rank, Offer Offer)> ranked, bool why, Terminal terminal)
    {
        if (ranked.Count == 0)
            return;
        var table = why ? new TextTable("RANK", "INSTANCE", "AT", "ADDRESS", "STATUS", "WHY") : new TextTable("RANK", "INSTANCE", "AT", "ADDRESS", "STATUS");
        foreach (var (rank, offer) in ranked)
        {
            var entry = offer.Entry;
            Cell[] row =
            [
                rank is { } place ? $"{place}" : new Cell("-", Tone.Faint), new Cell(entry.Instance, rank is null ? Tone.Faint : Tone.Strong),
                entry.NetId, entry.Address, Words.Painted(entry.Status),
            ];
            table.Add(why ? [.. row, offer.Reason] : row);
        }
        table.Write(terminal);
    }

    private static OfferJson ToJson((int? Rank, Offer Offer) it) => new(
        it.Rank, it.Rank is null ? null : it.Offer.Tier, it.Rank is not null, Words.Of(it.Offer.Proximity), it.Offer.Rack, it.Offer.Reason, ServiceJson.Of(it.Offer.Entry));
}
