using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli;

/// <summary>Watches a new generation of keys come into use.</summary>
internal static class Rotation
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until a generation above <paramref name="before"/> is in use here, and tells how it goes; the last answer, done or not.</summary>
    public static async Task<GetKeysReply> FollowAsync(CommandRun run, NodeConnection node, uint before, CancellationToken cancellationToken)
    {
        var told = "";
        var until = DateTime.UtcNow + run.Timeout - (2 * Period);
        while (true)
        {
            var keys = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
            if (keys.Generation > before || DateTime.UtcNow > until)
                return keys;
            var text = keys.Next == 0 ? "Waiting for the leader to begin."
                : keys.Needed == 0 ? $"Generation {keys.Next} is made; the leader counts who holds it."
                : $"Generation {keys.Next}: {keys.Holding} of {keys.Needed} members hold it.";
            if (!run.IsJson && text != told)
                run.Terminal.Out.WriteLine(told = text);
            await Task.Delay(Period, cancellationToken);
        }
    }

    /// <summary>Says what came of it; the exit code.</summary>
    public static int Tell(CommandRun run, GetKeysReply keys, uint before)
    {
        if (keys.Generation > before)
            return ExitCode.Ok;
        run.Warn(keys.Missing.Count > 0
            ? $"Not done: these members don't hold generation {keys.Next} yet: {string.Join(", ", keys.Missing)}. It goes on by itself; to go on without them: crux key rotate --exclude NODE."
            : "Not done yet; it goes on by itself. See 'crux key show'.");
        return ExitCode.No;
    }

    /// <summary>How the keys are, for people.</summary>
    public static string Describe(GetKeysReply keys) => keys.Generation == 0
        ? "the flock file's secret; keys of its own come with the first fenced leader"
        : $"generation {keys.Generation}, {SpanText.Brief(keys.Age.ToTimeSpan())} old, epoch {keys.Epoch}";
}
