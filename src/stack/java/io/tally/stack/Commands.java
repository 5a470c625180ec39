package io.tally.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Commands from standard input, one per line: a verb and a service, such as {@code kill broker}. */
final class Commands {

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private Commands() {}

    /**
     * Starts to read.
     *
     * @param atEnd called on the reading thread when standard input ends
     */
    static Commands read(Runnable atEnd) {
        Commands commands = new Commands();
        Thread.ofPlatform().daemon().name("commands").start(() -> {
            commands.readAll();
            atEnd.run();
        });
        return commands;
    }

    private void readAll() {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isBlank()) {
                    lines.add(line.strip());
                }
            }
        } catch (IOException e) {
            System.out.println("no more commands: standard input cannot be read: " + e.getMessage());
        }
    }

    /** The next command; waits for it, if need be for ever. */
    String next() throws InterruptedException {
        return lines.take();
    }

    /**
     * Carries a command out, and returns when it has taken effect.
     *
     * @return one line, {@code ok COMMAND} or {@code failed COMMAND: reason}
     */
    static String run(String command, List<Service> services) {
        String[] words = command.split("\\s+");
        try {
            if (words.length != 2) {
                throw new StackException("expected a verb and a service");
            }
            Service service = service(words[1], services);
            switch (words[0]) {
                case "start" -> service.start();
                case "stop" -> service.stop();
                case "kill" -> service.kill();
                default -> throw new StackException("unknown verb " + words[0] + ", expected start, stop or kill");
            }
            return "ok " + command;
        } catch (StackException e) {
            return "failed " + command + ": " + e.getMessage().replace('\n', ' ');
        }
    }

    private static Service service(String name, List<Service> services) throws StackException {
        for (Service service : services) {
            if (service.name().equals(name)) {
                return service;
            }
        }
        throw new StackException("unknown service " + name + ", expected "
                + String.join(", ", services.stream().map(Service::name).toList()));
    }
}
