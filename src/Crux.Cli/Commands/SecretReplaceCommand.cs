using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Node.Security;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Cli.Commands;

/// <summary><c>crux secret replace</c>: the old flock file lets nobody in any more; members stay.</summary>
internal static class SecretReplaceCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = new Option<string>("--out") { Description = "The new flock file, for new machines", HelpName = "FILE", Required = true };
        var key = options.OperatorKey;
        var command = new TaughtCommand("replace", "Makes a new flock file and closes the flock to the old one. Members keep working, and keep their old file.")
        {
            Examples = [("crux secret replace --out prod-2.flock --operator-key prod.operator --timeout 1m", "waits until the old one is closed")],
        };
        command.Add(file);
        OperatorOrders.NeedKey(command, options);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ReplaceAsync(run, node, Path.GetFullPath(parsed.GetValue(file)!), parsed.GetValue(key)!, stop), token);
        });
        return command;
    }

    private static async Task<int> ReplaceAsync(CommandRun run, NodeConnection node, string path, string keyPath, CancellationToken cancellationToken)
    {
        var authority = await node.Operator.GetAuthorityAsync(new GetAuthorityRequest(), node.Within(cancellationToken));
        var before = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        var flock = FlockFile.Create(authority.OperatorKey.Span);
        // Offered first, and written before it is ordered: a secret that only the flock knows would lock new machines out.
        var offer = await node.Operator.OfferSecretAsync(new OfferSecretRequest { Secret = ByteString.CopyFrom(flock.Secret.Span) }, node.Within(cancellationToken));
        Write(flock, path);
        try
        {
            await OperatorOrders.GiveAsync(node, keyPath, OrderKind.ReplaceSecret, offer.Payload.Memory, cancellationToken);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        var keys = await Rotation.FollowAsync(run, node, before.Generation, cancellationToken);
        var isDone = keys.Generation > before.Generation;
        run.Answer(
            () => new SecretReplacedJson(path, flock.Fingerprint, keys.Generation, isDone),
            terminal =>
            {
                terminal.Out.WriteLine($"{new Cell(path, Tone.Strong).For(terminal)}");
                Paragraph.Write(terminal.Out, terminal, new Cell(" "), $"for new machines (fingerprint {flock.Fingerprint}). {(isDone ? "The old file lets nobody in any more." : "The old file is closed once every member holds the new keys.")}");
            });
        return Rotation.Tell(run, keys, before.Generation);
    }

    private static void Write(FlockFile flock, string path)
    {
        if (Path.Exists(path))
            throw new Failure(ExitCode.Refused, $"{path} is there already, and is not overwritten. Choose another name with --out.");
        try
        {
            flock.Write(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Refused, $"{path} can't be written: {problem.Message} Name another file with --out.");
        }
    }
}
